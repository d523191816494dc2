"use strict";

/* The athlete, drawn over a video: silhouette, axis, the path so far, and the angle at the water.
   The picture of an SVG lies in its box as that of a video does, so nothing here knows its size. */
class Drawing {
  constructor(svg, facts) {
    this.svg = svg;
    this.facts = facts;
    this.number = -1;
    svg.setAttribute("viewBox", `0 0 ${facts.width} ${facts.height}`);
    this.part = (name) => svg.querySelector(name);
    this.part("text").setAttribute("font-size", facts.height / 18);
  }

  set shown(on) {
    if (on) this.svg.removeAttribute("hidden");
    else this.svg.setAttribute("hidden", "");
  }

  get shown() {
    return !this.svg.hasAttribute("hidden");
  }

  /* The last frame that has begun. */
  numberAt(seconds) {
    const starts = this.facts.starts;
    let number = 0;
    while (number + 1 < starts.length && starts[number + 1] <= seconds + 1e-3) number += 1;
    return number;
  }

  showAt(seconds) {
    const number = this.numberAt(seconds);
    if (number === this.number) return;
    this.number = number;
    const isAbove = number <= this.facts.last;
    const polygons = isAbove ? this.facts.silhouettes[number] : [];
    const drawn = polygons.map((polygon) => this.lines(polygon) + "Z");
    this.part(".silhouette").setAttribute("d", drawn.join(""));
    this.part(".axis").setAttribute("d", isAbove ? this.lines(this.facts.axes[number]) : "");
    this.part(".trail").setAttribute("d", this.lines(this.trail(number)));
    this.showEntry(number);
  }

  /* Places in parts of the picture, as a path in pixels of it. */
  lines(places) {
    const { width, height, parts } = this.facts;
    const written = [];
    for (let i = 0; i < places.length; i += 2) {
      written.push(`${i ? "L" : "M"}${((places[i] * width) / parts).toFixed(1)} ${((places[i + 1] * height) / parts).toFixed(1)}`);
    }
    return written.join("");
  }

  /* Where the middle has been, seen from where the camera looks now. */
  trail(number) {
    const [a, b, c, d, e, f] = this.facts.cameras[number];
    const path = this.facts.path.slice(this.facts.first, Math.min(number, this.facts.last) + 1).filter((place) => place.length);
    return path.flatMap(([x, y]) => [a * x + c * y + e, b * x + d * y + f]);
  }

  /* A vertical beside the axis, and the angle between them in words. */
  showEntry(number) {
    const [first, last] = this.facts.entry;
    const axis = this.facts.axes[number];
    const said = this.part("text");
    const isShown = first <= number && number <= last && axis.length > 0;
    said.textContent = isShown ? this.facts.said : "";
    if (!isShown) return this.part(".upright").setAttribute("d", "");
    const { width, height, parts } = this.facts;
    const [[x, y], [top, above]] = [[axis[0], axis[1]], [axis[2], axis[3]]]
      .map((place) => [(place[0] * width) / parts, (place[1] * height) / parts])
      .sort((one, other) => other[1] - one[1]);
    const length = Math.hypot(top - x, above - y);
    this.part(".upright").setAttribute("d", `M${x} ${y}V${y - length}`);
    said.setAttribute("x", x);
    said.setAttribute("y", Math.max(y - length - height / 40, height / 16));
  }

  /* Draw the same into a picture that has pixels. */
  paint(context, left, scale) {
    if (!this.shown) return;
    context.save();
    context.translate(left, 0);
    context.scale(scale, scale);
    for (const path of this.svg.querySelectorAll("path")) {
      const style = getComputedStyle(path);
      context.strokeStyle = style.stroke;
      context.lineWidth = this.facts.height / 200;
      context.stroke(new Path2D(path.getAttribute("d") || ""));
    }
    const said = this.part("text");
    context.fillStyle = getComputedStyle(said).fill;
    context.textAlign = "center";
    context.font = `bold ${this.facts.height / 18}px sans-serif`;
    context.fillText(said.textContent, said.getAttribute("x") || 0, said.getAttribute("y") || 0);
    context.restore();
  }
}

/* The joints of a person, drawn over a video: the limbs between those that were seen. */
class Skeleton extends Drawing {
  showAt(seconds) {
    const number = this.numberAt(seconds);
    if (number === this.number) return;
    this.number = number;
    const drawn = (limbs) => limbs.map((limb) => this.lines(limb)).join("");
    this.part(".axis").setAttribute("d", drawn(this.facts.left[number]));
    this.part(".silhouette").setAttribute("d", drawn(this.facts.right[number]));
  }
}
