/* What a person added to a report: kept by the page it came from, else in a file of its own. */
const UNTOUCHED = document.querySelector("main").outerHTML;

/* By what a drawing and a verdict are known, whichever window they come from. */
const KNOWN_BY = {
  drawings: ["side", "frame", "tool", "places", "text"],
  verdicts: ["about", "moment", "start_seconds", "words"],
};
const nameOf = (kind, one) => JSON.stringify(KNOWN_BY[kind].map((key) => one[key] || ""));
const saidTime = (one) => (one.was_seconds === undefined ? null : one.was_seconds);
const saysSame = (one, other) => Boolean(one) && Boolean(other) && one.is_true === other.is_true && one.was === other.was && saidTime(one) === saidTime(other);

/* What two windows said of one remark: what was written by either stays. */
function settled(ours, theirs) {
  if (ours.is_true || theirs.is_true) return ours.is_true ? theirs : ours;
  const [own, others] = [ours, theirs].map(saidTime);
  const also = own !== null && others !== null && own !== others ? `${own} s` : "";
  const was = [...new Set([theirs.was, ours.was, also].filter(Boolean))].join("; ");
  const time = others === null ? own : others;
  return { ...theirs, was, ...(time === null ? {} : { was_seconds: time }) };
}

/* What is in `theirs`, with all that was added and taken away between `base` and `ours`. */
function merged(kind, base, ours, theirs, differ = () => {}) {
  const [before, own, others] = [base, ours, theirs].map((all) => new Map(all.map((one) => [nameOf(kind, one), one])));
  const result = new Map();
  for (const [name, one] of others) {
    const [was, mine] = [before.get(name), own.get(name)];
    if (!mine) {
      if (!was || (kind === "verdicts" && !saysSame(was, one))) result.set(name, one);
    } else if (kind === "drawings" || saysSame(mine, one) || saysSame(mine, was)) result.set(name, one);
    else if (saysSame(was, one)) result.set(name, mine);
    else {
      result.set(name, settled(mine, one));
      differ(one);
    }
  }
  for (const [name, one] of own) {
    const was = before.get(name);
    if (!others.has(name) && (!was || (kind === "verdicts" && !saysSame(was, one)))) result.set(name, one);
  }
  return [...result.values()];
}

class Notes {
  constructor(words) {
    this.element = document.getElementById("notes");
    const kept = JSON.parse(this.element.textContent);
    this.drawings = kept.drawings;
    this.verdicts = kept.verdicts;
    this.address = this.element.dataset.address || "";
    this.words = words;
    this.base = kept; /* what is kept where it came from, as far as is known here */
    this.tag = this.element.dataset.tag || "";
    this.isSaved = true;
    this.timer = 0;
    this.sending = Promise.resolve();
    this.onMerged = [];
    addEventListener("beforeunload", (event) => { if (!this.isSaved) event.preventDefault(); });
  }

  get isEmpty() {
    return !this.drawings.length && !this.verdicts.length;
  }

  asJson() {
    return { drawings: this.drawings, verdicts: this.verdicts };
  }

  tell(key, values = {}) {
    const said = key && this.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
    document.getElementById("kept").textContent = said;
  }

  /* Something has changed. */
  keep() {
    this.isSaved = false;
    if (!this.address) return this.tell("unsaved");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.sending = this.sending.then(() => this.send("saved")); }, 300);
    return undefined;
  }

  async send(key, values = {}) {
    const body = JSON.stringify(this.asJson());
    try {
      const headers = { "Content-Type": "application/json", "If-Match": `"${this.tag}"` };
      const answer = await fetch(this.address, { method: "PUT", headers, body });
      if (answer.status === 409) {
        const differing = await this.takeIn();
        if (differing) await (differing.length ? this.send("saved_differing", { what: differing.join(" · ") }) : this.send("saved_together"));
        if (differing) return;
      }
      if (!answer.ok) throw new Error((await answer.json()).detail);
      this.knows(JSON.parse(body), answer);
      this.isSaved = body === JSON.stringify(this.asJson());
      this.tell(key, values);
    } catch (error) {
      this.tell("not_saved", { reason: error.message });
    }
  }

  knows(base, answer) {
    this.base = base;
    this.tag = (answer.headers.get("ETag") || "").replace(/"/g, "");
  }

  /* Take in what another window kept meanwhile; of which remarks it says otherwise, or nothing if there is nothing new. */
  async takeIn() {
    const answer = await fetch(this.address);
    if (!answer.ok) throw new Error((await answer.json()).detail);
    const [theirs, base, tag] = [await answer.json(), this.base, this.tag];
    this.knows(theirs, answer);
    if (this.tag === tag) return null;
    const differing = [];
    this.drawings = merged("drawings", base.drawings, this.drawings, theirs.drawings);
    this.verdicts = merged("verdicts", base.verdicts, this.verdicts, theirs.verdicts, (one) => differing.push(one.words));
    for (const tell of this.onMerged) tell(base, theirs);
    return differing;
  }

  /* This report as it came, with what was added: a file that needs no page. */
  html() {
    const fresh = this.element.cloneNode();
    fresh.removeAttribute("data-address");
    fresh.removeAttribute("data-tag");
    fresh.textContent = JSON.stringify(this.asJson()).replace(/</g, "\\u003c");
    const policy = document.querySelector("meta[http-equiv]"); /* what it was when the page opened holds */
    policy.content = policy.content.replace(" connect-src 'self';", "");
    const main = document.querySelector("main").outerHTML;
    const whole = document.documentElement.outerHTML
      .replace(main, () => UNTOUCHED)
      .replace(this.element.outerHTML, () => fresh.outerHTML);
    return `<!doctype html>\n${whole}\n`;
  }

  /* The same data, and what was added to it. */
  with(json) {
    return this.isEmpty ? json : `${JSON.stringify({ ...JSON.parse(json), ...this.asJson() }, null, 1)}\n`;
  }
}

/* What it really was, in words, as a verdict keeps it. */
class Wording {
  static said = (text) => ({ was: text.trim() });
  static shown = (verdict) => verdict.was;
  static label = "was";
  static together = (typed, elsewhere) => (typed.includes(elsewhere) ? typed : `${elsewhere}; ${typed}`);
}

/* When it really was, in seconds. */
class Timing {
  static said = (text) => (Timing.number(text) === null ? { was: "" } : { was: "", was_seconds: Timing.number(text) });
  static shown = (verdict) => (saidTime(verdict) === null ? "" : String(Math.round(100 * verdict.was_seconds) / 100));
  static label = "was_seconds";
  static together = (typed) => typed;

  static number(text) {
    const number = Number(text.trim().replace(",", "."));
    return text.trim() && Number.isFinite(number) && Math.abs(number) < 1e6 ? number : null;
  }
}

/* Beside each remark and each moment: whether it is true, or what it really was. */
class Verdicts {
  /* `now` tells which second of the video is on screen, or nothing where none plays. */
  constructor(notes, words, now) {
    this.notes = notes;
    this.words = words;
    this.now = now;
    for (const place of document.querySelectorAll("[data-remark]")) this.add(place, JSON.parse(place.dataset.remark));
  }

  find(remark) {
    return this.notes.verdicts.find((one) => nameOf("verdicts", one) === nameOf("verdicts", remark));
  }

  add(place, remark) {
    const kind = remark.about === "moment" ? Timing : Wording;
    const was = this.field(remark, kind);
    const [yes, no] = [true, false].map((isTrue) => this.button(this.words[isTrue ? "is_true" : "is_not"], remark, () => {
      const known = this.find(remark);
      this.keep(remark, known && known.is_true === isTrue ? null : { is_true: isTrue, ...kind.said(isTrue ? "" : was.value) });
      show();
      if (!isTrue && !was.hidden) was.focus();
    }));
    const here = kind === Timing && this.now() !== null ? this.button(this.words.as_shown, remark, () => {
      was.value = kind.shown({ was_seconds: this.now() });
      was.onchange();
    }) : null;
    const show = () => {
      const known = this.find(remark);
      yes.setAttribute("aria-pressed", String(Boolean(known && known.is_true)));
      no.setAttribute("aria-pressed", String(Boolean(known && !known.is_true)));
      was.hidden = !known || known.is_true;
      if (here) here.hidden = was.hidden;
      was.value = was.dataset.shown = known ? kind.shown(known) : "";
    };
    was.onchange = () => {
      this.keep(remark, { is_true: false, ...kind.said(was.value) });
      show();
    };
    this.notes.onMerged.push(() => { /* who writes goes on, beside what was written elsewhere */
      const [typed, before] = [was.value, was.dataset.shown];
      show();
      if (typed === before) return;
      was.hidden = false;
      was.value = was.value === before || !was.value ? typed : kind.together(typed, was.value);
    });
    place.append(yes, no, was, ...(here ? [here] : []));
    show();
  }

  button(text, remark, action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.setAttribute("aria-label", `${text}: ${remark.words}`);
    button.onclick = action;
    return button;
  }

  field(remark, kind) {
    const was = document.createElement("input");
    was.maxLength = kind === Timing ? 12 : 1000;
    was.inputMode = kind === Timing ? "decimal" : "text";
    was.autocomplete = "off";
    was.placeholder = this.words[kind.label];
    was.setAttribute("aria-label", `${was.placeholder} (${remark.words})`);
    return was;
  }

  keep(remark, verdict) {
    const known = this.find(remark);
    const others = this.notes.verdicts.filter((one) => one !== known);
    this.notes.verdicts = verdict ? others.concat({ ...remark, ...verdict }) : others;
    this.notes.keep();
  }
}
