"use strict";
(() => {
  const element = (id) => document.getElementById(id);
  const data = JSON.parse(element("data").textContent);

  const say = (key, values) =>
    data.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const written = (value, digits) => value.toFixed(digits).replace(".", data.decimal);
  const notes = new Notes(data.words);
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  function download(name, blob) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  function setUpSaving() {
    if (!element("keep")) return;
    element("keep").hidden = false;
    for (const button of document.querySelectorAll("[data-save]")) {
      const name = button.dataset.save;
      const isJson = name.endsWith("json");
      button.onclick = () => download(name, new Blob(
        [isJson ? notes.with(data.saved[name]) : data.saved[name]], { type: isJson ? "application/json" : "text/plain" }));
    }
    if (element("save-report")) element("save-report").onclick = saveReport;
  }

  function saveReport() {
    download(`${data.name}.html`, new Blob([notes.html()], { type: "text/html" }));
    if (notes.address) return;
    notes.isSaved = true;
    notes.tell("saved_as_file");
  }

  /* One video, and the number of the frame that it shows. */
  class Side {
    constructor(name, facts) {
      this.name = name;
      this.video = element(name);
      this.sketch = new Sketch(element(`${name}-sketch`), this.video);
      this.said = element(name + "-at");
      this.starts = facts.starts;
      this.end = facts.end;
      this.offset = facts.offset;
      this.number = 0;
      this.wanted = null;
      const Drawn = facts.drawn && facts.drawn.left ? Skeleton : Drawing;
      this.drawing = facts.drawn && new Drawn(element(name + "-drawn"), facts.drawn);
      this.video.src = facts.file || Side.inside(name);
      this.video.addEventListener("seeked", () => this.seekOn());
      this.video.addEventListener("loadedmetadata", () => this.seekOn());
    }

    static inside(name) {
      const text = atob(element(name + "-video").textContent);
      const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
      return URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
    }

    /* The time on screen: as all seconds here, that of the video that the copy is a part of. */
    get now() {
      return this.video.currentTime + this.offset;
    }

    get last() {
      return this.starts.length - 1;
    }

    /* The frame that is on screen at a time. */
    numberAt(seconds) {
      let low = 0;
      let high = this.last;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (this.starts[middle] <= seconds + 1e-7) low = middle;
        else high = middle - 1;
      }
      return low;
    }

    /* The middle of a frame: wherever a browser rounds to, it is still this frame. */
    middle(number) {
      const next = number < this.last ? this.starts[number + 1] : this.end;
      return (this.starts[number] + next) / 2;
    }

    show(number) {
      this.number = clamp(number, 0, this.last);
      this.wanted = this.middle(this.number);
      this.seekOn();
      this.tell();
    }

    /* One seek at a time, and always on to the newest wish. */
    seekOn() {
      if (this.wanted === null || this.video.seeking || this.video.readyState < 1) return;
      const wanted = this.wanted;
      this.wanted = null;
      if (Math.abs(this.now - wanted) > 1e-4) this.video.currentTime = wanted - this.offset;
    }

    tell() {
      this.said.textContent = say("at", {
        seconds: written(this.starts[this.number], 2),
        frame: this.number + 1,
        frames: this.starts.length,
      });
      if (this.drawing) this.drawing.showAt(this.starts[this.number]);
      if (this.pad) this.pad.showAt(this);
    }
  }

  function interpolate(x, xs, ys) {
    if (x <= xs[0]) return ys[0] + x - xs[0];
    const last = xs.length - 1;
    if (x >= xs[last]) return ys[last] + x - xs[last];
    let i = 0;
    while (xs[i + 1] < x) i += 1;
    return ys[i] + ((x - xs[i]) / (xs[i + 1] - xs[i])) * (ys[i + 1] - ys[i]);
  }

  class Player {
    constructor() {
      this.query = new Side("query", data.query);
      this.reference = data.reference && new Side("reference", data.reference);
      this.sides = [this.query].concat(this.reference || []);
      this.playing = false;
      this.until = Infinity;
      this.ownOffset = 0;
      this.scrubber = element("scrubber");
      this.scrubber.max = this.query.last;
      this.speed = element("speed");
      this.timing = element("timing");
      this.lastPlain = "start";
      this.figures = [...document.querySelectorAll(".strip figure")];
      this.chapterButtons = [...document.querySelectorAll(".chapters button")];
      if (element("drawn")) this.draw(true);
      this.decimal = data.decimal;
      this.pad = new Sketchpad(this, notes, data.words);
      for (const side of this.sides) side.pad = this.pad;
      this.show(0);
    }

    /* Where the reference is when the query is at a time, in the timing that is chosen. */
    referenceAt(seconds) {
      const choice = this.timing.value;
      if (choice === "step") return interpolate(seconds, data.steps.query, data.steps.reference);
      return seconds + this.offset(choice);
    }

    offset(choice) {
      if (choice === "own") return this.ownOffset;
      if (choice === "end") return this.reference.end - this.query.end;
      if (choice === "start") return this.reference.offset - this.query.offset;
      const seconds = Number(this.timing.selectedOptions[0].dataset.seconds);
      return interpolate(seconds, data.steps.query, data.steps.reference) - seconds;
    }

    show(number) {
      this.query.show(number);
      if (this.reference) {
        const theirs = this.referenceAt(this.query.middle(this.query.number));
        this.reference.show(this.reference.numberAt(theirs));
      }
      this.tell();
    }

    showAt(seconds) {
      this.pause();
      this.show(this.query.numberAt(seconds));
    }

    /* The frame of a drawing; one of the expert's beside the moment of one's own that is nearest. */
    goTo(drawing) {
      this.pause();
      if (drawing.side === "query") return this.show(drawing.frame);
      const there = this.reference.middle(drawing.frame);
      const off = this.query.starts.map((_, number) => Math.abs(this.referenceAt(this.query.middle(number)) - there));
      this.show(off.indexOf(Math.min(...off)));
      return this.reference.show(drawing.frame);
    }

    step(by) {
      this.pause();
      this.show(this.query.number + by);
    }

    /* The next place worth a look: a remark or the beginning of a part. */
    jump(direction) {
      const now = this.query.number;
      const drawn = notes.drawings.filter((one) => one.side === "query").map((one) => one.seconds);
      const places = data.marks.concat(data.parts.map((part) => part[0]), drawn);
      const numbers = places.map((place) => this.query.numberAt(place)).sort((a, b) => a - b);
      const there = direction > 0
        ? numbers.find((number) => number > now)
        : numbers.reverse().find((number) => number < now);
      this.pause();
      this.show(there === undefined ? (direction > 0 ? this.query.last : 0) : there);
    }

    tell() {
      const side = this.query;
      const seconds = side.starts[side.number];
      const past = data.parts.filter((part) => side.numberAt(part[0]) <= side.number);
      const moment = past.length ? past[past.length - 1][1] : "";
      this.scrubber.value = side.number;
      this.scrubber.setAttribute("aria-valuetext", say(moment ? "at_moment" : "at", {
        seconds: written(seconds, 2), frame: side.number + 1, frames: side.starts.length, moment,
      }));
      const along = (1000 * (seconds - side.offset)) / (side.end - side.offset);
      element("playhead").setAttribute("x", along);
      for (const line of document.querySelectorAll(".curves .now")) line.setAttribute("x", along);
      Player.mark(this.figures, data.clips.map((start) => side.numberAt(start)), side.number);
      Player.mark(this.chapterButtons, data.parts.map((part) => side.numberAt(part[0])), side.number);
      if (data.steps && this.reference) this.tellDoubt(side.middle(side.number));
    }

    tellDoubt(seconds) {
      const doubt = interpolate(clamp(seconds, data.steps.query[0], data.steps.query[data.steps.query.length - 1]), data.steps.query, data.steps.doubt);
      element("doubt").textContent = this.timing.value === "step"
        ? say("doubt", { seconds: written(doubt, 2) }) : "";
    }

    /* Say which of several things is going on: the last that has begun. */
    static mark(elements, starts, now) {
      let current = -1;
      starts.forEach((start, i) => { if (start <= now) current = i; });
      elements.forEach((one, i) => {
        if (i === current) one.setAttribute("aria-current", "true");
        else one.removeAttribute("aria-current");
      });
    }

    async play() {
      if (this.query.number >= this.query.last) this.show(0);
      this.playing = true;
      element("play").textContent = data.words.pause;
      this.setSpeed();
      try {
        await this.query.video.play();
        requestAnimationFrame(() => this.follow());
      } catch (error) {
        this.pause();
      }
    }

    pause() {
      this.until = Infinity;
      if (!this.playing) return;
      this.playing = false;
      element("play").textContent = data.words.play;
      this.query.video.pause();
      if (this.reference) this.reference.video.pause();
      this.show(this.query.number);
    }

    /* A part of it, slowly and in step, and no more. */
    playPart(start, end) {
      this.pause();
      if (this.timing && data.steps) this.setTiming("step");
      this.speed.value = "0.25";
      this.show(this.query.numberAt(start));
      element("stage").scrollIntoView({ block: "center" });
      this.until = end;
      this.play();
    }

    setSpeed() {
      this.query.video.playbackRate = Number(this.speed.value);
    }

    changeSpeed(by) {
      const select = this.speed;
      select.selectedIndex = clamp(select.selectedIndex + by, 0, select.options.length - 1);
      this.setSpeed();
    }

    /* While it plays, the query's clock leads, and the reference is led to where it belongs. */
    follow() {
      if (!this.playing) return;
      const now = this.query.now;
      this.query.number = this.query.numberAt(now);
      this.query.tell();
      if (this.reference) this.lead(now);
      this.tell();
      if (this.query.video.ended) {
        this.query.number = this.query.last;
        this.pause();
      } else if (now >= this.until) {
        this.pause();
      } else requestAnimationFrame(() => this.follow());
    }

    lead(now) {
      const side = this.reference;
      const target = this.referenceAt(now);
      const behind = target - side.now;
      const speed = Number(this.speed.value);
      const pace = (speed * (this.referenceAt(now + 0.1) - target)) / 0.1;
      if (target < side.offset || target > side.end || Math.abs(behind) > 0.25) {
        side.video.pause();
        side.show(side.numberAt(target));
        return;
      }
      side.number = side.numberAt(side.now);
      side.tell();
      const rate = pace + 4 * behind;
      if (rate < 0.0625) {
        side.video.pause();
      } else {
        side.video.playbackRate = Math.min(rate, 8);
        if (side.video.paused) side.video.play().catch(() => {});
      }
    }

    setTiming(choice) {
      this.timing.value = choice;
      if (choice !== "step") this.lastPlain = choice;
      this.show(this.query.number);
    }

    sync() {
      const inStep = this.timing.value === "step";
      if (data.steps || inStep) this.setTiming(inStep ? this.lastPlain : "step");
    }

    nudge(by) {
      this.pause();
      const there = clamp(this.reference.number + by, 0, this.reference.last);
      const here = this.query.middle(this.query.number);
      this.ownOffset = this.reference.middle(there) - here;
      this.setTiming("own");
    }

    overlay() {
      const on = element("stage").classList.toggle("overlay");
      element("overlay").setAttribute("aria-pressed", String(on));
      element("opacity-label").hidden = !on;
      this.fade();
    }

    fade() {
      const on = element("stage").classList.contains("overlay");
      this.reference.video.style.opacity = on ? element("opacity").value / 100 : 1;
    }

    draw(on) {
      element("drawn").checked = on;
      for (const side of this.sides) if (side.drawing) side.drawing.shown = on;
    }

    /* Draw what is on screen into a picture: side by side, or one over the other. */
    picture() {
      const videos = this.sides.map((side) => side.video);
      const over = element("stage").classList.contains("overlay");
      const height = Math.max(...videos.map((video) => video.videoHeight));
      const widths = videos.map((video) => (video.videoWidth * height) / video.videoHeight);
      const canvas = document.createElement("canvas");
      canvas.height = height;
      canvas.width = over ? Math.max(...widths) : widths.reduce((sum, width) => sum + width, 0);
      const context = canvas.getContext("2d");
      videos.forEach((video, i) => {
        context.globalAlpha = over && i ? element("opacity").value / 100 : 1;
        const left = over || !i ? 0 : widths[0];
        context.drawImage(video, left, 0, widths[i], height);
        const drawing = this.sides[i].drawing;
        if (drawing) drawing.paint(context, left, height / video.videoHeight);
        this.sides[i].sketch.paint(context, left, height / video.videoHeight);
      });
      return canvas;
    }

    savePicture() {
      try {
        const frame = this.query.number + 1;
        this.picture().toBlob((blob) => download(`${data.name}-${frame}.png`, blob), "image/png");
      } catch (error) {
        element("trouble").textContent = data.words.no_picture;
      }
    }
  }

  function setUpButtons(player) {
    const actions = {
      "play": () => (player.playing ? player.pause() : player.play()),
      "mark-back": () => player.jump(-1),
      "mark-on": () => player.jump(1),
      "frame-back": () => player.step(-1),
      "frame-on": () => player.step(1),
      "nudge-back": () => player.nudge(-1),
      "nudge-on": () => player.nudge(1),
      "overlay": () => player.overlay(),
      "save-picture": () => player.savePicture(),
    };
    for (const [id, action] of Object.entries(actions)) {
      if (element(id)) element(id).onclick = action;
    }
    for (const button of document.querySelectorAll("button[data-seconds]")) {
      button.onclick = () => player.showAt(Number(button.dataset.seconds));
    }
    for (const button of document.querySelectorAll("[data-play]")) {
      button.onclick = () => player.playPart(Number(button.dataset.play), Number(button.dataset.until));
    }
    for (const video of document.querySelectorAll("video")) video.onclick = actions.play;
    element("speed").onchange = () => player.setSpeed();
    if (player.timing) player.timing.onchange = () => player.setTiming(player.timing.value);
    if (element("drawn")) element("drawn").onchange = () => player.draw(element("drawn").checked);
    if (element("opacity")) element("opacity").oninput = () => player.fade();
    player.scrubber.oninput = () => {
      player.pause();
      player.show(Number(player.scrubber.value));
    };
    element("track").onclick = (event) => {
      const box = element("track").getBoundingClientRect();
      const { offset, end } = player.query;
      player.showAt(offset + ((event.clientX - box.left) / box.width) * (end - offset));
    };
    for (const part of document.querySelectorAll(".chapters li")) {
      part.style.flexGrow = part.dataset.seconds;
    }
  }

  function setUpKeys(player) {
    const anywhere = {
      "ArrowLeft": () => player.step(-1),
      "ArrowRight": () => player.step(1),
      "Control+ArrowLeft": () => player.jump(-1),
      "Control+ArrowRight": () => player.jump(1),
    };
    const withReference = {
      "Shift+ArrowLeft": () => player.nudge(-1),
      "Shift+ArrowRight": () => player.nudge(1),
      "F8": () => player.sync(),
      "F9": () => player.overlay(),
    };
    const inPlayer = {
      " ": () => (player.playing ? player.pause() : player.play()),
      "Home": () => player.step(-player.query.last),
      "End": () => player.step(player.query.last),
      "ArrowUp": () => player.changeSpeed(1),
      "ArrowDown": () => player.changeSpeed(-1),
    };
    if (element("drawn")) inPlayer.o = () => player.draw(!element("drawn").checked);
    player.pad.buttons.forEach((button, i) => { inPlayer[String(i + 1)] = () => player.pad.choose(button.dataset.tool); });
    Object.assign(inPlayer, {
      "Control+z": () => player.pad.undo(),
      "Escape": () => player.pad.choose(player.pad.tool),
      "Delete": () => player.pad.removeLast(),
    });
    document.addEventListener("keydown", (event) => {
      if (event.altKey || event.metaKey) return;
      const name = (event.ctrlKey ? "Control+" : "") + (event.shiftKey ? "Shift+" : "") + event.key;
      const focus = event.target;
      const writes = focus.matches("select, input:not([type=checkbox]), textarea, summary") && focus !== player.scrubber;
      const isButton = focus.matches("button, [type=checkbox]");
      const inside = element("player").contains(focus);
      const action = (!writes && anywhere[name])
        || (player.reference && (!writes || name[0] === "F") && withReference[name])
        || (inside && !writes && !(isButton && name === " ") && inPlayer[name]);
      if (!action) return;
      event.preventDefault();
      action();
    });
  }

  /* What comes after the first screen is folded; on paper, and without this script, it is not. */
  function setUpFolds() {
    for (const section of document.querySelectorAll(".folds")) {
      const heading = section.querySelector("h2");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "fold";
      button.append(...heading.childNodes);
      heading.append(button);
      const fold = (is) => {
        section.classList.toggle("folded", is);
        button.setAttribute("aria-expanded", String(!is));
      };
      button.onclick = () => fold(!section.classList.contains("folded"));
      fold(true);
    }
  }

  /* On paper, elements are unfolded that have clips which are printed. */
  function setUpPaper() {
    const closed = [...document.querySelectorAll(".segment:not(.unprinted):not([open])")];
    const unfold = (is) => closed.forEach((one) => { one.open = is; });
    window.addEventListener("beforeprint", () => unfold(true));
    window.addEventListener("afterprint", () => unfold(false));
  }

  setUpFolds();
  setUpPaper();
  setUpSaving();
  let player = null;
  if (data.query) {
    element("playing").hidden = false;
    player = new Player();
    setUpButtons(player);
    setUpKeys(player);
    for (const video of document.querySelectorAll("video")) {
      video.onerror = () => { element("trouble").textContent = data.words.unreadable; };
    }
  }
  new Verdicts(notes, data.words, () => (player ? player.query.starts[player.query.number] : null));
})();
