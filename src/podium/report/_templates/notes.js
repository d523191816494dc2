/* What a person added to a report: kept by the page it came from, else in a file of its own. */
const UNTOUCHED = document.querySelector("main").outerHTML;

class Notes {
  constructor(words) {
    this.element = document.getElementById("notes");
    const kept = JSON.parse(this.element.textContent);
    this.drawings = kept.drawings;
    this.address = this.element.dataset.address || "";
    this.words = words;
    this.isSaved = true;
    this.timer = 0;
    addEventListener("beforeunload", (event) => { if (!this.isSaved) event.preventDefault(); });
  }

  get isEmpty() {
    return !this.drawings.length;
  }

  asJson() {
    return { drawings: this.drawings };
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
