(() => {
  let shown = null;

  function tell(text, isWrong = false) {
    element("said").textContent = text;
    element("said").classList.toggle("wrong", isWrong);
    element("problems").hidden = true;
  }

  /* The problems of a table come in one line, each with the number of its line: here they are a list. */
  function tellProblems(reason) {
    const [first, ...rest] = reason.split(/(?:; |: )(?=line \d)/);
    tell(first, true);
    element("problems").replaceChildren(...rest.map((one) => make("li", one)));
    element("problems").hidden = !rest.length;
  }

  function whatIsWrong() {
    const [file] = element("table").files;
    if (!file) return words.none;
    if (file.size > settings.most_bytes) {
      return say("too_large", { name: file.name, megabytes: Math.floor(settings.most_bytes / 2 ** 20) });
    }
    const year = element("year").value.trim();
    return element("rule").value && year && !/^[1-9]\d{0,3}$/.test(year) ? words.year_wrong : "";
  }

  function query(file) {
    const asked = new URLSearchParams({ name: file.name.slice(-255), language: settings.language });
    const [rule, year] = [element("rule").value, element("year").value.trim()];
    if (rule) asked.set("rule", rule);
    if (rule && year) asked.set("year", year);
    return asked;
  }

  async function audit(event) {
    event.preventDefault();
    const wrong = whatIsWrong();
    if (wrong) {
      tell(wrong, true);
      return;
    }
    const [file] = element("table").files;
    element("audit").disabled = true;
    element("outcome").hidden = true;
    tell(say("working", { name: file.name }));
    try {
      const headers = { "Content-Type": "application/octet-stream" };
      const response = await fetch(`/api/audits?${query(file)}`, { method: "POST", headers, body: file });
      const said = await response.json();
      if (response.ok) show(said);
      else tellProblems(reasonOf(said));
    } catch (error) {
      tell(words.lost, true);
    }
    element("audit").disabled = false;
  }

  /* The headings end with a colon, and what belongs to them is set in by two spaces. */
  function show(audited) {
    shown = audited.id;
    tell(words.done);
    element("outcome-title").textContent = say("outcome", { name: audited.name });
    element("lines").replaceChildren(...audited.said.map((line) =>
      /^\S.*:$/.test(line) ? make("h3", line.slice(0, -1)) : make("p", line.trim())));
    element("open").href = element("report").href = `/audits/${shown}/report`;
    element("json").href = `/api/audits/${shown}/audit.json`;
    element("outcome").hidden = false;
    element("outcome-title").focus();
  }

  async function forget() {
    try {
      await fetch(`/api/audits/${shown}`, { method: "DELETE" });
    } catch (error) {
      tell(words.lost, true);
      return;
    }
    element("outcome").hidden = true;
    tell(words.forgotten);
    element("table").focus();
  }

  function choose() {
    const [file] = element("table").files;
    element("chosen").textContent = file ? say("chosen", { name: file.name }) : words.none;
    tell("");
  }

  element("form").onsubmit = audit;
  element("forget").onclick = forget;
  element("table").onchange = choose;
  element("rule").onchange = () => { element("year").disabled = !element("rule").value; };
  element("language").onchange = () => { location.search = `?language=${element("language").value}`; };
  const drop = element("drop");
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    element("table").files = event.dataTransfer.files;
    choose();
  });
})();
