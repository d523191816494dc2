/* What a coach draws on the picture. A drawing belongs to one frame of one video, and its places are
   parts of the picture from 0 to 1, so that it lies the same however large the picture is shown. */
const SKETCH_POINTS = { line: 2, angle: 3, arrow: 2, circle: 2, free: Infinity, writing: 1, ruler: 2 };
const SKETCH_SECONDS = 0.5; /* so long a drawing stays while it plays */
const MOST_SKETCHES = 500;
const MOST_PLACES = 200;
const MOST_CENTIMETRES = 100000;

/* The angle at the middle of three places, in degrees. */
function degreesBetween([one, corner, other]) {
  const [a, b] = [one, other].map(([x, y]) => Math.atan2(y - corner[1], x - corner[0]));
  const between = Math.abs(a - b) % (2 * Math.PI);
  return (Math.min(between, 2 * Math.PI - between) * 180) / Math.PI;
}

/* Fewer places of a line that was drawn by hand (Douglas and Peucker): none is farther off than allowed. */
function simplified(places, allowed) {
  if (places.length < 3) return places;
  const [[x, y], [u, v]] = [places[0], places[places.length - 1]];
  const length = Math.hypot(u - x, v - y) || 1e-9;
  const off = places.map(([a, b]) => Math.abs((u - x) * (y - b) - (x - a) * (v - y)) / length);
  const closed = length < 1e-6;
  if (closed) places.forEach(([a, b], i) => { off[i] = Math.hypot(a - x, b - y); });
  const worst = off.indexOf(Math.max(...off));
  if (off[worst] <= allowed) return [places[0], places[places.length - 1]];
  return simplified(places.slice(0, worst + 1), allowed).slice(0, -1).concat(simplified(places.slice(worst), allowed));
}

/* The drawings of one video: what is shown of them, and the one that is being made. */
class Sketch {
  constructor(svg, video) {
    this.svg = svg;
    this.video = video;
    this.shown = [];
    this.size = [4, 3];
    video.addEventListener("loadedmetadata", () => this.fit());
  }

  fit() {
    this.size = [this.video.videoWidth, this.video.videoHeight];
    this.svg.setAttribute("viewBox", `0 0 ${this.size[0]} ${this.size[1]}`);
    this.show(this.shown);
  }

  /* Where in the picture somebody points, from 0 to 1 each way. */
  placeOf(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return [at.x / this.size[0], at.y / this.size[1]].map((share) => Number(Math.min(Math.max(share, 0), 1).toFixed(5)));
  }

  inPixels(places) {
    return places.map(([x, y]) => [x * this.size[0], y * this.size[1]]);
  }

  /* How many pixels of the screen lie between two places. */
  apart(one, other) {
    const [[x, y], [u, v]] = this.inPixels([one, other]);
    return Math.hypot(u - x, v - y) * this.svg.getScreenCTM().a;
  }

  degrees(drawing) {
    return degreesBetween(this.inPixels(drawing.places));
  }

  /* How many pixels of the video a ruler is long. */
  pixels(drawing) {
    const [[x, y], [u, v]] = this.inPixels(drawing.places);
    return Math.hypot(u - x, v - y);
  }

  show(drawings) {
    this.shown = drawings;
    this.svg.replaceChildren(...drawings.flatMap((drawing) => this.shapes(drawing)));
  }

  shapes(drawing) {
    const places = this.inPixels(drawing.places);
    const path = this[drawing.tool](places);
    const made = path ? ["under", "over"].map((name) => this.shape("path", { d: path, class: name })) : [];
    const { said, at } = this.label(drawing, places);
    return said ? made.concat(this.written(said, at)) : made;
  }

  /* What stands beside a drawing, and where. */
  label(drawing, places) {
    if (drawing.tool === "angle") return { said: places.length === 3 ? `${Math.round(this.degrees(drawing))}°` : "", at: places.length === 3 ? this.besideCorner(places) : null };
    if (drawing.tool === "ruler") return { said: drawing.centimetres ? `${Math.round(drawing.centimetres)} cm` : "", at: this.overMiddle(places) };
    return { said: drawing.text, at: places[0] };
  }

  shape(name, attributes) {
    const made = document.createElementNS(this.svg.namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  written(text, [x, y]) {
    const height = this.size[1];
    const made = this.shape("text", { x, y: Math.max(y, height / 16), "font-size": height / 16 });
    made.textContent = text;
    return made;
  }

  line(places) {
    return places.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  }

  free(places) {
    return this.line(places);
  }

  writing() {
    return "";
  }

  arrow(places) {
    if (places.length < 2) return "";
    const [[x, y], [u, v]] = places;
    const [towards, length] = [Math.atan2(y - v, x - u), this.size[1] / 18];
    const barbs = [0.45, -0.45].map((turn) => `M${u} ${v}L${u + length * Math.cos(towards + turn)} ${v + length * Math.sin(towards + turn)}`);
    return this.line(places) + barbs.join("");
  }

  ruler(places) {
    if (places.length < 2) return "";
    const [[x, y], [u, v]] = places;
    const length = Math.hypot(u - x, v - y) || 1;
    const half = this.size[1] / 40;
    const [right, down] = [(half * (v - y)) / length, (-half * (u - x)) / length];
    return this.line(places) + places.map(([a, b]) => `M${a - right} ${b - down}L${a + right} ${b + down}`).join("");
  }

  circle(places) {
    if (places.length < 2) return "";
    const [[x, y], [u, v]] = places;
    const radius = Math.hypot(u - x, v - y);
    return `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0`;
  }

  angle(places) {
    if (places.length < 3) return this.line(places);
    const [one, corner, other] = places;
    const arms = [one, other].map(([x, y]) => [x - corner[0], y - corner[1]]);
    const radius = Math.min(this.size[1] / 9, ...arms.map(([x, y]) => Math.hypot(x, y)));
    const [from, to] = arms.map(([x, y]) => {
      const length = Math.hypot(x, y) || 1;
      return [corner[0] + (radius * x) / length, corner[1] + (radius * y) / length];
    });
    const isClockwise = arms[0][0] * arms[1][1] - arms[0][1] * arms[1][0] > 0 ? 1 : 0;
    return `${this.line(places)}M${from[0]} ${from[1]}A${radius} ${radius} 0 0 ${isClockwise} ${to[0]} ${to[1]}`;
  }

  /* Between the arms, a little way off the corner. */
  besideCorner([one, corner, other]) {
    const [a, b] = [one, other].map(([x, y]) => {
      const length = Math.hypot(x - corner[0], y - corner[1]) || 1;
      return [(x - corner[0]) / length, (y - corner[1]) / length];
    });
    const [x, y] = [a[0] + b[0], a[1] + b[1]];
    const length = Math.hypot(x, y) || 1;
    const off = this.size[1] / 6;
    return this.within(corner[0] + (off * x) / length, corner[1] + (off * y) / length + this.size[1] / 45);
  }

  overMiddle(places) {
    const [[x, y], [u, v]] = [places[0], places[places.length - 1]];
    return this.within((x + u) / 2, (y + v) / 2 - this.size[1] / 40);
  }

  /* A place for words that lies in the picture. */
  within(x, y) {
    const [w, h] = this.size;
    const inside = (value, margin, most) => Math.min(Math.max(value, margin), most - margin);
    return [inside(x, w / 20, w), inside(y, h / 16, h)];
  }

  /* Draw the same into a picture that has pixels. */
  paint(context, left, scale) {
    const height = this.size[1];
    context.save();
    context.translate(left, 0);
    context.scale(scale, scale);
    context.lineCap = context.lineJoin = "round";
    for (const one of this.svg.children) {
      const style = getComputedStyle(one);
      context.strokeStyle = style.stroke;
      context.lineWidth = Math.max(height / 120, 1.5) * (one.matches(".over") ? 1 : 2);
      if (one.matches("path")) context.stroke(new Path2D(one.getAttribute("d")));
      else {
        context.font = `bold ${height / 16}px sans-serif`;
        context.textAlign = "center";
        context.fillStyle = style.fill;
        context.strokeText(one.textContent, one.getAttribute("x"), one.getAttribute("y"));
        context.fillText(one.textContent, one.getAttribute("x"), one.getAttribute("y"));
      }
    }
    context.restore();
  }
}

/* The tools, and all drawings of both videos. */
class Sketchpad {
  constructor(player, notes, words) {
    this.player = player;
    this.notes = notes;
    this.words = words;
    this.tool = "";
    this.before = [];
    this.making = null;
    this.buttons = [...document.querySelectorAll("[data-tool]")];
    this.text = document.getElementById("sketch-text");
    this.known = document.getElementById("sketch-known");
    for (const button of this.buttons) button.onclick = () => this.choose(button.dataset.tool);
    document.getElementById("sketch-undo").onclick = () => this.undo();
    const copy = document.getElementById("sketch-copy");
    if (copy) copy.onclick = () => this.copy();
    for (const side of player.sides) this.listen(side);
    this.text.onkeydown = this.known.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      this.choose("");
      document.getElementById("player").focus();
    };
    notes.onMerged.push((base, theirs) => {
      this.before = this.before.map((one) => merged("drawings", base.drawings, one, theirs.drawings));
      this.changed();
    });
    this.choose("");
    this.changed();
  }

  get drawings() {
    return this.notes.drawings;
  }

  listen(side) {
    const svg = side.sketch.svg;
    svg.onpointerdown = (event) => this.press(side, event);
    svg.onpointermove = (event) => this.move(side, event);
    svg.onpointerup = (event) => this.release(side, event);
    svg.onpointercancel = () => this.giveUp();
  }

  choose(tool) {
    this.giveUp();
    this.tool = this.tool === tool ? "" : tool;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.tool === this.tool));
    for (const side of this.player.sides) side.sketch.svg.classList.toggle("on", Boolean(this.tool));
    document.getElementById("sketch-writing").hidden = this.tool !== "writing";
    document.getElementById("sketch-length").hidden = this.tool !== "ruler";
    document.getElementById("sketch-how").textContent = this.tool ? this.words[`how_${this.tool}`] : "";
    if (this.tool) this.player.pause();
    if (this.tool === "writing") this.text.focus();
  }

  /* A step back: of the drawing that is being made, else of what was done last. */
  undo() {
    if (this.making) return this.giveUp();
    if (!this.before.length) return undefined;
    this.notes.drawings = this.before.pop();
    this.notes.keep();
    return this.changed();
  }

  giveUp() {
    const side = this.making && this.making.side;
    this.making = null;
    if (side) side.tell();
  }

  press(side, event) {
    if (!this.tool || event.button > 0) return;
    if (this.lacksWords(side)) {
      event.preventDefault();
      return;
    }
    if (this.making && this.making.side !== side) this.giveUp();
    const place = side.sketch.placeOf(event);
    if (this.making) this.making.places.splice(-1, 1, place);
    else this.making = { side, places: SKETCH_POINTS[this.tool] === 2 || this.tool === "angle" ? [place, place] : [place] };
    this.making.isPressed = true;
    try { side.sketch.svg.setPointerCapture(event.pointerId); } catch (error) { /* it has gone already */ }
    this.showMaking();
  }

  /* Ask for what a drawing cannot be made without: its text, or how long something is. */
  lacksWords(side) {
    if (this.tool === "writing" && !this.text.value.trim()) {
      this.text.focus();
      return true;
    }
    if (this.tool !== "ruler" || this.knownLength() > 0) return false;
    if (!this.known.value.trim() && this.scaleOf(side, side.number)) return false;
    document.getElementById("sketch-how").textContent = this.words.ruler_first;
    this.known.focus();
    return true;
  }

  /* The length that was written down, in centimetres; 0 where there is none. */
  knownLength() {
    const written = Number(this.known.value.trim().replace(",", "."));
    return written > 0 && written <= MOST_CENTIMETRES ? written : 0;
  }

  /* How many centimetres a pixel of a video is, by the known length that is nearest in time; else 0. */
  scaleOf(side, frame) {
    const known = this.drawings.filter((one) => one.is_known && one.side === side.name && side.sketch.pixels(one) > 0);
    const away = (one) => Math.abs(one.frame - frame);
    if (!known.length) return 0;
    const nearest = known.reduce((best, one) => (away(one) <= away(best) ? one : best));
    return nearest.centimetres / side.sketch.pixels(nearest);
  }

  /* How long what a ruler lies along is. */
  measured(side, drawing) {
    const centimetres = side.sketch.pixels(drawing) * this.scaleOf(side, drawing.frame);
    return Number(Math.min(centimetres, MOST_CENTIMETRES).toFixed(1));
  }

  move(side, event) {
    if (!this.making || this.making.side !== side) return;
    const { places, isPressed } = this.making;
    const place = side.sketch.placeOf(event);
    if (this.tool !== "free") places.splice(-1, 1, place);
    else if (isPressed && side.sketch.apart(places[places.length - 1], place) > 2) places.push(place);
    this.showMaking();
  }

  release(side, event) {
    if (!this.making || this.making.side !== side) return;
    const { places } = this.making;
    this.making.isPressed = false;
    const wanted = SKETCH_POINTS[this.tool];
    if (this.tool === "free") return places.length > 1 ? this.finish() : this.giveUp();
    places.splice(-1, 1, side.sketch.placeOf(event));
    const last = places.length - 1;
    if (last && side.sketch.apart(places[last - 1], places[last]) <= 4) return undefined; /* a tap: the next one ends it */
    if (places.length === wanted) return this.finish();
    places.push(places[last]);
    return this.showMaking();
  }

  /* What is being made, as it would be kept. */
  drawn() {
    const { side, places } = this.making;
    const made = { side: side.name, frame: side.number, seconds: side.starts[side.number], tool: this.tool, places: [...places] };
    if (this.tool === "writing") made.text = this.text.value.trim();
    if (this.tool === "ruler") Object.assign(made, this.knownLength() ? { centimetres: this.knownLength(), is_known: true } : { centimetres: this.measured(side, made) });
    return made;
  }

  showMaking() {
    if (!this.making) return;
    const side = this.making.side;
    side.sketch.show(this.of(side.name, side.number).concat(this.drawn()));
  }

  finish() {
    const made = this.drawn();
    const sketch = this.making.side.sketch;
    if (made.tool === "free") made.places = this.fewer(sketch, made.places);
    if (made.tool === "angle") made.degrees = Number(sketch.degrees(made).toFixed(1));
    if (made.is_known) {
      this.known.value = ""; /* the next ruler measures */
      document.getElementById("sketch-how").textContent = this.words.ruler_next;
    }
    this.making = null;
    this.keep(this.drawings.concat(made));
  }

  /* At most as many places as are kept, none far off. */
  fewer(sketch, places) {
    const pixels = sketch.inPixels(places);
    let allowed = 1 / sketch.svg.getScreenCTM().a;
    let kept = simplified(pixels, allowed);
    while (kept.length > MOST_PLACES) {
      allowed *= 2;
      kept = simplified(pixels, allowed);
    }
    return kept.map((one) => places[pixels.indexOf(one)]);
  }

  keep(drawings) {
    if (drawings.length > MOST_SKETCHES) return;
    this.before.push(this.drawings);
    this.notes.drawings = drawings;
    this.notes.keep();
    this.changed();
  }

  remove(drawing) {
    this.keep(this.drawings.filter((one) => one !== drawing));
  }

  /* The last one on what is on screen. */
  removeLast() {
    const shown = this.player.sides.flatMap((side) => this.of(side.name, side.number));
    const last = [...this.drawings].reverse().find((one) => shown.includes(one));
    if (last) this.remove(last);
  }

  /* Each side gets what the other has on what is on screen; a ruler only where lengths are known there. */
  copy() {
    const [one, other] = this.player.sides;
    const copied = (from, to) => this.of(from.name, from.number)
      .filter((drawing) => drawing.tool !== "ruler" || (!drawing.is_known && this.scaleOf(to, to.number)))
      .map((drawing) => ({ ...drawing, side: to.name, frame: to.number, seconds: to.starts[to.number] }))
      .map((drawing) => (drawing.tool === "angle" ? { ...drawing, degrees: Number(to.sketch.degrees(drawing).toFixed(1)) } : drawing))
      .map((drawing) => (drawing.tool === "ruler" ? { ...drawing, centimetres: this.measured(to, drawing) } : drawing));
    const isNew = (drawing) => !this.drawings.some((known) =>
      known.side === drawing.side && known.frame === drawing.frame && JSON.stringify(known.places) === JSON.stringify(drawing.places));
    const made = copied(one, other).concat(copied(other, one)).filter(isNew);
    if (made.length) this.keep(this.drawings.concat(made));
  }

  of(side, frame) {
    return this.drawings.filter((one) => one.side === side && one.frame === frame);
  }

  /* What is shown of a video: of its frame, and while it plays also of the frames just before. */
  showAt(side) {
    if (this.making && this.making.side === side) return;
    const now = side.starts[side.number];
    const stays = this.player.playing ? SKETCH_SECONDS * Number(this.player.speed.value) : 0;
    const shown = this.drawings.filter((one) => one.side === side.name
      && (one.frame === side.number || (one.frame < side.number && now - side.starts[one.frame] < stays)));
    const was = side.sketch.shown;
    if (shown.length !== was.length || shown.some((one, i) => one !== was[i])) side.sketch.show(shown);
  }

  changed() {
    for (const side of this.player.sides) this.showAt(side);
    this.list();
    document.getElementById("sketch-undo").disabled = !this.before.length;
  }

  /* All drawings, in order of time: to go to, and to remove. */
  list() {
    const { words, player } = this;
    const name = { query: words.yours, reference: words.experts };
    const rows = [...this.drawings].sort((one, other) => one.seconds - other.seconds).map((drawing) => {
      const size = { angle: `${Math.round(drawing.degrees)}°`, ruler: `${Math.round(drawing.centimetres)} cm` }[drawing.tool];
      const what = words[drawing.tool] + (drawing.text ? `: ${drawing.text}` : size ? ` ${size}` : "");
      const values = { side: name[drawing.side], seconds: drawing.seconds.toFixed(2).replace(".", player.decimal), what };
      const said = words.entry.replace(/\{(\w+)\}/g, (_, key) => values[key]);
      const row = document.createElement("li");
      const [go, remove] = [document.createElement("button"), document.createElement("button")];
      go.type = remove.type = "button";
      go.className = "link";
      go.textContent = said;
      go.onclick = () => player.goTo(drawing);
      remove.textContent = words.remove;
      remove.setAttribute("aria-label", `${words.remove}: ${said}`);
      remove.onclick = () => {
        this.remove(drawing);
        document.getElementById("player").focus(); /* its button has gone */
      };
      row.append(go, " ", remove);
      return row;
    });
    document.getElementById("sketches").replaceChildren(...rows);
  }
}
