(() => {
  const ids = new URLSearchParams(location.search).get("ids") || "";
  const sides = { left: null, right: null };
  let steps = { ours: [], theirs: [] };
  let newest = 0;

  /* Two of them, each as the report's own copy. */
  async function load(side, column) {
    const video = element(`${side}-video`);
    if (sides[side]) URL.revokeObjectURL(sides[side]);
    sides[side] = null;
    video.removeAttribute("src");
    video.load();
    element(`${side}-note`).textContent = column.has_video ? "" : words.no_video;
    if (!column.has_video) return;
    const response = await fetch(`/api/assessments/${column.id}/video.mp4`);
    if (!response.ok) throw new Error(reasonOf(await response.json()));
    sides[side] = URL.createObjectURL(new Blob([await response.arrayBuffer()], { type: "video/mp4" }));
    await new Promise((resolve, reject) => {
      video.onloadeddata = resolve;
      video.onerror = () => reject(new Error(words.no_video));
      video.src = sides[side];
    });
  }

  async function choose(columns) {
    newest += 1;
    const number = newest;
    pause();
    const chosen = ["left", "right"].map((side) => columns[element(side).selectedIndex]);
    try {
      await Promise.all([load("left", chosen[0]), load("right", chosen[1])]);
      const found = await ask(`/api/steps?${new URLSearchParams({ one: chosen[0].id, other: chosen[1].id })}`);
      if (number !== newest) return;
      steps = found;
      element("steps").textContent = steps.ours.length ? words.in_step : words.plain;
      element("position").max = element("left-video").duration || 1;
      go(0);
      element("player").dataset.ready = `${chosen[0].id} ${chosen[1].id}`;
    } catch (error) {
      element("trouble").textContent = error instanceof TypeError ? words.lost : error.message;
    }
  }

  /* When the right one is where the left one is: between moments evenly, before and after them as filmed. */
  function beside(seconds) {
    const { ours, theirs } = steps;
    if (!ours.length) return seconds;
    const last = ours.length - 1;
    if (seconds <= ours[0]) return theirs[0] + seconds - ours[0];
    if (seconds >= ours[last]) return theirs[last] + seconds - ours[last];
    const next = ours.findIndex((one) => one > seconds);
    const share = (seconds - ours[next - 1]) / (ours[next] - ours[next - 1]);
    return theirs[next - 1] + share * (theirs[next] - theirs[next - 1]);
  }

  function follow() {
    const [left, right] = [element("left-video"), element("right-video")];
    const wanted = Math.min(Math.max(beside(left.currentTime), 0), right.duration || 0);
    if (!right.seeking && Math.abs(right.currentTime - wanted) > 0.015) right.currentTime = wanted;
    element("position").value = left.currentTime;
    const seconds = left.currentTime.toFixed(2).replace(".", settings.decimal);
    element("moment").textContent = say("seconds", { seconds });
  }

  function go(seconds) {
    element("left-video").currentTime = seconds;
  }

  const isPlaying = () => !element("left-video").paused && !element("left-video").ended;

  function tick() {
    follow();
    if (isPlaying()) requestAnimationFrame(tick);
    else pause();
  }

  function pause() {
    element("left-video").pause();
    element("play").textContent = words.play;
  }

  async function play() {
    if (isPlaying()) {
      pause();
      return;
    }
    const video = element("left-video");
    if (video.ended) video.currentTime = 0;
    video.playbackRate = Number(element("speed").value);
    await video.play();
    element("play").textContent = words.pause;
    requestAnimationFrame(tick);
  }

  async function begin() {
    try {
      const table = await ask(besideOf(ids.split(",")));
      showBeside(table);
      for (const [place, side] of ["left", "right"].entries()) {
        element(side).replaceChildren(...table.columns.map((one, n) => make("option", `${n + 1}. ${one.name}`)));
        element(side).selectedIndex = place;
        element(side).onchange = () => choose(table.columns);
      }
      element("player").hidden = false;
      await choose(table.columns);
    } catch (error) {
      element("trouble").textContent = error instanceof TypeError ? words.lost : error.message;
    }
  }

  element("play").onclick = play;
  element("speed").onchange = () => { element("left-video").playbackRate = Number(element("speed").value); };
  element("position").oninput = () => { pause(); go(Number(element("position").value)); };
  element("left-video").onseeked = follow;
  element("right-video").onseeked = follow;
  element("language").onchange = () => {
    const asked = new URLSearchParams(location.search);
    asked.set("language", element("language").value);
    location.search = `?${asked}`;
  };
  begin();
})();
