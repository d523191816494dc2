/* What the scripts of all pages of podium serve begin with. */
"use strict";
const element = (id) => document.getElementById(id);
const words = JSON.parse(element("words").textContent);
const settings = JSON.parse(element("settings").textContent);
const say = (key, values) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

/* Every piece of text goes in as text, never as HTML. */
function make(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function reasonOf(said) {
  if (said && typeof said.detail === "string") return said.detail;
  if (said && Array.isArray(said.detail)) return said.detail.map((one) => one.msg).join("; ");
  return words.lost;
}

async function ask(path, method = "GET", body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const said = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(reasonOf(said));
  return said;
}
