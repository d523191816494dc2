(() => {
  const WIDE = 1000;
  const HIGH = 300;
  const AT_ONCE = 12; /* rows: more are below what a screen shows (N_AHEAD in seasons.py) */
  const TICKS = 4; /* about so many lines across a chart */
  const MANY = 100;
  let season = null;
  let later = 0;

  const written = (value, digits) => value.toFixed(digits).replace(".", settings.decimal);
  const days = new Intl.DateTimeFormat(settings.language, { dateStyle: "medium" }); /* made once: it takes longer than a whole list */
  const dayText = (day) => days.format(new Date(`${day}T12:00:00`));
  const name = () => element("athlete").value;

  const svg = (tag, attributes) => {
    const made = document.createElementNS(element("shape").namespaceURI, tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  /* As many digits as tell the values apart. */
  function digitsOf({ values }) {
    const spread = Math.max(...values) - Math.min(...values) || Math.abs(values[0]) || 1;
    return Math.min(Math.max(1 - Math.floor(Math.log10(spread)), 1), 2);
  }

  const dayOf = (series, place) => season.rows[series.rows.at(place)].day;

  /* Round values for the lines across a chart, from below the lowest value to above the highest. */
  function ticksOf(low, high) {
    const rough = (high - low || Math.abs(high) || 1) / TICKS;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 5, 10].find((one) => one * power >= rough);
    const [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
    const ticks = Array.from({ length: Math.max(last - first, 1) + 1 }, (_, i) => (first + i) * step);
    return { ticks, digits: Math.max(-Math.floor(Math.log10(step) + 1e-9), 0) };
  }

  /* Where things lie in a chart: days from left to right, values from the bottom up. */
  function scaleOf(series) {
    const times = series.rows.map((number) => Date.parse(season.rows[number].day));
    const ends = [...series.values, ...series.lows, ...series.highs].filter((one) => one !== null);
    const { ticks, digits } = ticksOf(Math.min(...ends), Math.max(...ends));
    const [first, last] = [times[0], times[times.length - 1]];
    const [low, high] = [ticks[0], ticks[ticks.length - 1]];
    const x = (time) => 20 + ((WIDE - 40) * (time - first)) / (last - first || 1);
    const y = (value) => HIGH - 12 - ((HIGH - 24) * (value - low)) / (high - low);
    return { times, first, last, ticks, digits, x, y };
  }

  /* Points with their ranges over days, and the line through them. */
  function chart(series, scale, isSmall) {
    const { times, first, last, x, y } = scale;
    const label = say("chart", { label: series.label, n: times.length, first: dayText(dayOf(series, 0)), last: dayText(dayOf(series, -1)) });
    const made = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img", "aria-label": label, class: `season-chart${isSmall ? " small" : ""}${times.length > MANY ? " many" : ""}` });
    const paths = { grid: "", error: "", point: "" };
    for (const tick of scale.ticks) paths.grid += `M0 ${y(tick).toFixed(1)}H${WIDE}`;
    series.values.forEach((value, i) => {
      const across = x(times[i]).toFixed(1);
      if (series.lows[i] !== null && series.highs[i] !== null) paths.error += `M${across} ${y(series.lows[i]).toFixed(1)}V${y(series.highs[i]).toFixed(1)}`;
      paths.point += `M${across} ${y(value).toFixed(1)}h.01`;
    });
    for (const [kind, d] of Object.entries(paths)) made.append(svg("path", { class: kind, d }));
    if (series.trend) made.append(svg("path", { class: "line", d: `M${x(first)} ${y(series.trend.first)}L${x(last)} ${y(series.trend.first + series.trend.change)}` }));
    return made;
  }

  /* The values at the lines across, and days below. */
  function axes(scale) {
    const values = make("div", "", { class: "axis-values note" });
    for (const tick of scale.ticks) {
      const label = make("span", written(tick, scale.digits));
      label.style.top = `${(100 * scale.y(tick)) / HIGH}%`;
      values.append(label);
    }
    values.append(make("span", written(scale.ticks.at(-1), scale.digits), { class: "widest" }));
    const below = make("div", "", { class: "axis-days note" });
    const shares = scale.first === scale.last ? [0] : [0, 1 / 3, 2 / 3, 1];
    for (const share of shares) {
      const time = scale.first + share * (scale.last - scale.first);
      const label = make("span", dayText(new Date(time).toISOString().slice(0, 10)));
      label.style.left = `${(100 * scale.x(time)) / WIDE}%`;
      below.append(label);
    }
    return [values, below];
  }

  /* How a value of it is written. */
  const unitOf = ({ name: quantity, unit }) => (["score", "execution"].includes(quantity) ? `{value} ${words.points}` : unit);

  /* What can be said of it: that it rose or fell, or that nobody can tell. */
  function saidOf(series, digits) {
    const { trend } = series;
    if (!trend) return make("p", words.few, { class: "note" });
    const isUnclear = trend.direction === "unclear";
    const plain = (value) => (isUnclear && value > 0 ? "+" : "") + written(value, digits);
    const change = isUnclear ? trend.change : Math.abs(trend.change);
    const [low, high] = trend.direction === "down" ? [-trend.high, -trend.low] : [trend.low, trend.high];
    const said = { change: unitOf(series).replace("{value}", plain(change)), low: plain(low), high: plain(high) };
    return make("p", say(trend.direction, said), { class: isUnclear ? "note" : "" });
  }

  function figure(series, isSmall) {
    const scale = scaleOf(series);
    const unit = unitOf(series).replace("{value}", "").trim();
    const made = make("figure");
    const [values, below] = axes(scale);
    const plot = make("div", "", { class: "plot" });
    plot.append(values, chart(series, scale, isSmall), below);
    made.append(make("figcaption", unit ? `${series.label} (${unit})` : series.label), plot, saidOf(series, digitsOf(series)));
    return made;
  }

  function row(one) {
    const made = make("tr", "", { "data-day": one.day });
    const video = make("td", "", { class: "name" });
    const text = one.action ? `${one.video} · ${one.action}` : one.video;
    if (one.state === "done") video.append(make("a", text, { href: `/assessments/${one.id}/report`, "aria-label": say("open", { name: one.video, day: dayText(one.day) }) }));
    else video.textContent = `${text} (${words[one.state]})`;
    const score = one.score === null ? words.none : say("span", { score: written(one.score, 1), low: written(one.low, 1), high: written(one.high, 1) });
    const notes = [...one.tags.map((tag) => `#${tag}`), one.text].filter(Boolean).join(" ");
    const cells = { day: dayText(one.day), video: null, outcome: score, difficulty: one.difficulty === null ? "" : written(one.difficulty, 1), event: one.event, notes };
    for (const [column, text] of Object.entries(cells)) made.append(text === null ? video : make("td", text, { "data-label": words[column] }));
    return made;
  }

  /* What came with the page is what is first seen of a season: the rest is asked for then. */
  async function showRest() {
    const shown = season;
    history.replaceState(null, "", `#${encodeURIComponent(shown.athlete)}`);
    if (shown.is_part) {
      try {
        const all = await seasonOf(shown.athlete, "");
        if (season !== shown) return;
        season = all;
        showActions();
      } catch (error) {
        if (season === shown) element("said").textContent = error.message;
        return;
      }
    }
    element("others").replaceChildren(...season.series.slice(1).map((one) => figure(one, true)));
    const rows = [...season.rows].reverse();
    if (rows.length === shown.rows.length) element("rows").append(...rows.slice(AT_ONCE).map(row));
    else element("rows").replaceChildren(...rows.map(row)); /* one was made meanwhile */
    element("search").disabled = false;
    search();
  }

  /* Rows that have all the words, in whatever is said of them; the table is there: it is only hidden. */
  function search() {
    const wanted = element("search").value.toLocaleLowerCase(settings.language).split(/\s+/).filter(Boolean);
    let n = 0;
    for (const one of element("rows").children) {
      const text = one.textContent.toLocaleLowerCase(settings.language);
      one.hidden = !wanted.every((word) => text.includes(word) || one.dataset.day.includes(word));
      n += !one.hidden;
    }
    element("found").textContent = !wanted.length ? "" : n ? say("found", { n, all: season.rows.length }) : words.nothing;
  }

  function showActions() {
    const chosen = element("action").value;
    element("action").replaceChildren(make("option", words.all, { value: "" }), ...season.actions.map((one) => make("option", one, { value: one })));
    element("action").value = season.actions.includes(chosen) ? chosen : "";
  }

  function show() {
    const [first] = season.series;
    element("curves").hidden = !first;
    element("all").hidden = false;
    element("main-curve").replaceChildren(...(first ? [figure(first, false)] : []));
    element("others").replaceChildren();
    element("search").disabled = true; /* until all rows are there */
    element("rows").replaceChildren(...season.rows.slice(-AT_ONCE).reverse().map(row));
    cancelAnimationFrame(later);
    later = requestAnimationFrame(() => { /* what is in sight comes first: the rest once it is on screen */
      later = requestAnimationFrame(showRest);
    });
    showActions();
  }

  const seasonOf = (athlete, action) => ask(`/api/season?${new URLSearchParams({ athlete, action, language: settings.language })}`);

  async function load(ahead = null) {
    try {
      season = ahead || await seasonOf(name(), element("action").value);
      show();
    } catch (error) {
      element("said").textContent = error.message;
    }
  }

  /* Everybody there is, and one of them: what came with the page is there already. */
  async function begin({ athletes, season: ahead }) {
    const wanted = decodeURIComponent(location.hash.slice(1)) || (ahead ? ahead.athlete : "");
    element("athlete").replaceChildren(...athletes.map((one) => make("option", `${one.name} (${one.n})`, { value: one.name })));
    element("athlete").value = athletes.some((one) => one.name === wanted) ? wanted : (athletes[0] || { name: "" }).name;
    for (const id of ["athlete", "action", "delete"]) element(id).disabled = !athletes.length;
    if (athletes.length) return load(ahead && ahead.athlete === name() ? ahead : null);
    element("curves").hidden = element("all").hidden = true;
    if (!element("said").textContent) element("said").textContent = words.nobody;
    return undefined;
  }

  function askWhetherSure() {
    element("sure-what").textContent = say("delete_what", { n: season.n, name: name() });
    element("sure-yes").textContent = say("delete_yes", { n: season.n });
    element("sure").showModal();
  }

  async function deleteAll() {
    element("sure").close();
    const who = name();
    try {
      const { n } = await ask(`/api/athletes?${new URLSearchParams({ athlete: who })}`, "DELETE");
      element("action").value = "";
      history.replaceState(null, "", `/athletes?language=${settings.language}`); /* the name is nowhere */
      await begin({ athletes: await ask("/api/athletes"), season: null });
      element("said").textContent = say("deleted", { n, name: who });
    } catch (error) {
      element("said").textContent = error.message;
    }
  }

  element("search").oninput = search;
  element("athlete").onchange = () => { element("action").value = element("search").value = ""; element("said").textContent = ""; load(); };
  element("action").onchange = () => load();
  element("delete").onclick = askWhetherSure;
  element("sure-no").onclick = () => element("sure").close();
  element("sure-yes").onclick = deleteAll;
  element("language").onchange = () => { location.search = `?language=${element("language").value}`; };
  begin(JSON.parse(element("ahead").textContent)).catch(() => { element("said").textContent = words.lost; });
})();
