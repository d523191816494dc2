/* What a person added to a report: kept by the page it came from, else in a file of its own. */
const UNTOUCHED = document.querySelector("main").outerHTML;

class Notes {
  constructor(words) {
    this.element = document.getElementById("notes");
    const kept = JSON.parse(this.element.textContent);
    this.drawings = kept.drawings;
    this.verdicts = kept.verdicts;
    this.address = this.element.dataset.address || "";
    this.words = words;
    this.isSaved = true;
    this.timer = 0;
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
    this.timer = setTimeout(() => this.send(), 300);
    return undefined;
  }

  async send() {
    const body = JSON.stringify(this.asJson());
    try {
      const answer = await fetch(this.address, { method: "PUT", headers: { "Content-Type": "application/json" }, body });
      if (!answer.ok) throw new Error((await answer.json()).detail);
      this.isSaved = body === JSON.stringify(this.asJson());
      this.tell("saved");
    } catch (error) {
      this.tell("not_saved", { reason: error.message });
    }
  }

  /* This report as it came, with what was added: a file that needs no page. */
  html() {
    const fresh = this.element.cloneNode();
    fresh.removeAttribute("data-address");
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

/* Beside each remark: whether it is true, or what it really was. */
class Verdicts {
  constructor(notes, words) {
    this.notes = notes;
    this.words = words;
    for (const place of document.querySelectorAll("[data-remark]")) this.add(place, JSON.parse(place.dataset.remark));
  }

  find(remark) {
    const same = ["about", "moment", "start_seconds", "words"];
    return this.notes.verdicts.find((one) => same.every((key) => one[key] === remark[key]));
  }

  add(place, remark) {
    const { words } = this;
    const [yes, no] = [true, false].map((isTrue) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = isTrue ? words.is_true : words.is_not;
      button.setAttribute("aria-label", `${button.textContent}: ${remark.words}`);
      button.onclick = () => {
        const known = this.find(remark);
        this.keep(remark, known && known.is_true === isTrue ? null : { is_true: isTrue, was: isTrue ? "" : was.value.trim() });
        show();
        if (!isTrue && !was.hidden) was.focus();
      };
      return button;
    });
    const was = document.createElement("input");
    was.maxLength = 1000;
    was.autocomplete = "off";
    was.placeholder = words.was;
    was.setAttribute("aria-label", `${words.was} (${remark.words})`);
    was.onchange = () => this.keep(remark, { is_true: false, was: was.value.trim() });
    const show = () => {
      const known = this.find(remark);
      yes.setAttribute("aria-pressed", String(Boolean(known && known.is_true)));
      no.setAttribute("aria-pressed", String(Boolean(known && !known.is_true)));
      was.hidden = !known || known.is_true;
      was.value = known ? known.was : "";
    };
    place.append(yes, no, was);
    show();
  }

  keep(remark, verdict) {
    const known = this.find(remark);
    const others = this.notes.verdicts.filter((one) => one !== known);
    this.notes.verdicts = verdict ? others.concat({ ...remark, ...verdict }) : others;
    this.notes.keep();
  }
}
