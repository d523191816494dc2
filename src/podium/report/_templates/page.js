(() => {
  const written = (value, digits = 1) => value.toFixed(digits).replace(".", settings.decimal);

  const MOST_LISTED = 50;
  const MOST_COMPARED = 20;
  let choices = null;
  let files = [];
  let table = null;
  let upload = null;
  let stopped = false;
  const picked = new Set();

  function button(key, name, action) {
    const made = make("button", words[key], { "type": "button", "aria-label": say(`${key}_one`, { name }) });
    made.onclick = action;
    return made;
  }

  function tell(text, isWrong = false) {
    element("said").textContent = text;
    element("said").classList.toggle("wrong", isWrong);
  }

  const IN_PARTS_BYTES = 32 * 2 ** 20; /* a larger video goes in parts: a break costs one of them */
  const MOST_TRIES = 8;
  class Stopped extends Error {}

  /* Send one body, and say how much of it has gone. */
  function sendBody(method, path, body, onSent) {
    return new Promise((resolve, reject) => {
      const asking = upload = new XMLHttpRequest();
      asking.open(method, path);
      asking.setRequestHeader("Content-Type", "application/octet-stream");
      asking.responseType = "json";
      asking.upload.onprogress = (event) => onSent(event.loaded);
      asking.onload = () => resolve(asking);
      asking.onerror = () => reject(new TypeError(words.lost));
      asking.onabort = () => reject(new Stopped(words.stopped));
      asking.send(body);
    });
  }

  /* Sending: one video after the other, with its progress. */
  async function send(file) {
    const onSent = (n) => {
      const share = Math.min(Math.floor((100 * n) / file.size) || 0, 100);
      element("sent").value = share;
      tell(say("sending", { name: file.name, share }));
    };
    if (file.size > IN_PARTS_BYTES) return sendInParts(file, onSent);
    const answer = await sendBody("POST", `/api/videos?name=${encodeURIComponent(file.name.slice(-255))}`, file, onSent);
    if (answer.status !== 201) throw new Error(reasonOf(answer.response));
    return answer.response.id;
  }

  async function sendInParts(file, onSent) {
    let way = await ask(`/api/uploads?${new URLSearchParams({ name: file.name.slice(-255), n_bytes: file.size })}`, "POST");
    const { id } = way;
    try {
      for (let tries = 0; !way.video;) {
        const begun = way.received;
        way = await sendPart(file, way, onSent).catch((error) => {
          if (!(error instanceof TypeError)) throw error; /* only a line that broke is tried again */
          return null;
        }) || await afterBreak(id, tries);
        tries = way.received > begun ? 0 : tries + 1;
      }
    } catch (error) {
      ask(`/api/uploads/${id}`, "DELETE").catch(() => {});
      throw error;
    }
    return way.video;
  }

  /* What has come after a part was sent; nothing where another try is worth it. */
  async function sendPart(file, way, onSent) {
    const part = file.slice(way.received, way.received + way.part_bytes);
    const answer = await sendBody("PUT", `/api/uploads/${way.id}?offset=${way.received}`, part, (n) => onSent(way.received + n));
    if (answer.status === 200) return answer.response;
    if ([408, 409].includes(answer.status) || answer.status >= 500) return null;
    throw new Error(reasonOf(answer.response));
  }

  /* Wait a while, longer each time, and ask how much has come. */
  async function afterBreak(id, tries) {
    for (let n = tries; n < MOST_TRIES; n++) {
      await new Promise((resolve, reject) => {
        setTimeout(resolve, 250 * 2 ** n);
        upload = { abort: () => reject(new Stopped(words.stopped)) };
      });
      try {
        return await ask(`/api/uploads/${id}`);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
    }
    throw new Error(words.lost);
  }

  /* Who the athlete is: a click on the first frame of the one video that is chosen. */
  let ahead = null;
  let first = null;
  let place = null;

  async function showFirst() {
    const [file] = files;
    busy(true);
    try {
      if (!ahead) ahead = { file, id: await send(file) };
      first = await ask(`/api/videos/${ahead.id}/first_frame`);
      element("first-frame").src = first.picture;
      element("first").hidden = false;
      tell("");
      element("first").focus();
    } catch (error) {
      tell(error.message, true);
    }
    busy(false);
  }

  /* Where in the picture, from 0 to 1 each way. */
  function markAt(across, down) {
    const [x, y] = [across, down].map((share) => Math.min(Math.max(share, 0), 1));
    place = [first.left + x * first.width, first.top + y * first.height];
    element("mark").style.left = `${100 * x}%`;
    element("mark").style.top = `${100 * y}%`;
    element("mark").hidden = element("unpoint").hidden = false;
    element("pointed").textContent = say("pointed", { x: Math.round(place[0]), y: Math.round(place[1]) });
  }

  function pointAt(event) {
    const box = element("first-frame").getBoundingClientRect();
    markAt((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }

  function moveMark(event) {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] || [0, 0];
    if (!first || !(x || y)) return;
    event.preventDefault();
    const [across, down] = place
      ? [(place[0] - first.left) / first.width, (place[1] - first.top) / first.height] : [0.5, 0.5];
    markAt(across + 0.02 * x, down + 0.02 * y);
  }

  function unpoint() {
    place = null;
    element("mark").hidden = element("unpoint").hidden = true;
    element("pointed").textContent = words.point_hint;
  }

  function forgetFirst() {
    if (ahead && ahead.file !== files[0]) {
      ask(`/api/videos/${ahead.id}`, "DELETE").catch(() => {});
      ahead = null;
    }
    first = null;
    element("first").hidden = true;
    element("pointing").hidden = files.length !== 1;
    unpoint();
  }

  /* The video that was sent ahead is not sent twice. */
  async function sentOnce(file) {
    const id = ahead && ahead.file === file ? ahead.id : null;
    ahead = null;
    return id || send(file);
  }

  function wanted() {
    const how = { language: settings.language };
    const action = element("action").value.trim();
    const difficulty = element("difficulty").value.trim().replace(",", ".");
    if (action) how.action = action;
    if (difficulty) how.difficulty = Number(difficulty);
    if (element("beside").value === "expert") how.expert = element("expert").value;
    if (element("blur-faces").checked) how.blur_faces = true;
    return how;
  }

  const aboutAll = () => ({ athlete: element("athlete").value.trim(), day: element("day").value, event: element("event").value.trim() });

  /* What is said of each video: by the table that was chosen with them, else by the form. */
  async function abouts() {
    if (!table) return files.map(aboutAll);
    const headers = { "Content-Type": "application/octet-stream" };
    const response = await fetch(`/api/tables?name=${encodeURIComponent(table.name.slice(-255))}`, { method: "POST", headers, body: table });
    const said = await response.json();
    if (!response.ok) throw new Error(reasonOf(said));
    const byName = new Map(said.map((row) => [row.file_name, row.about]));
    return files.map((file) => byName.get(file.name) || aboutAll());
  }

  function whatIsWrong() {
    const how = wanted();
    if (!files.length) return words.none;
    if (how.action && choices && !knownAction(how.action) && !isMeasured(how.action)) return unknownAction(how.action);
    if ("difficulty" in how && !(how.difficulty > 0 && Number.isFinite(how.difficulty))) return words.difficulty_wrong;
    if (element("beside").value === "own" && !element("own").files.length) return words.no_expert;
    const large = choices && files.concat([...element("own").files]).find((file) => file.size > choices.most_bytes);
    if (large) return say("too_large", { name: large.name, megabytes: Math.floor(choices.most_bytes / 2 ** 20) });
    return "";
  }

  async function assess(event) {
    event.preventDefault();
    const wrong = whatIsWrong();
    if (wrong) {
      tell(wrong, true);
      return;
    }
    busy(true);
    const sent = [];
    try {
      const how = wanted();
      const own = element("beside").value === "own" ? element("own").files[0] : null;
      if (own) {
        how.reference = await send(own);
        sent.push(how.reference);
      }
      const videos = [];
      const refused = [];
      const said = await abouts();
      const known = [];
      for (const [i, file] of files.entries()) {
        try {
          videos.push(await sentOnce(file));
          known.push(said[i]);
          sent.push(videos[videos.length - 1]);
        } catch (error) {
          if (files.length === 1 || stopped) throw error;
          refused.push(error.message);
        }
      }
      if (files.length === 1) await ask("/api/assessments", "POST", { ...how, ...(place ? { athlete: place } : {}), video: videos[0], about: known[0] });
      else if (videos.length) await ask("/api/batches", "POST", { ...how, videos, abouts: known });
      else throw new Error(refused.join(" "));
      choose([]);
      tell([words.asked, ...refused].join(" "), refused.length > 0);
    } catch (error) {
      tell(error.message, true);
      for (const id of sent) ask(`/api/videos/${id}`, "DELETE").catch(() => {});
    }
    busy(false);
    refresh();
  }

  function busy(is) {
    stopped = false;
    element("assess").disabled = is;
    element("stop").hidden = !is;
    element("sent").hidden = !is;
  }

  function choose(chosen) {
    const shown = [...chosen].filter((file) => !file.name.startsWith("."));
    table = shown.find(isTable) || null;
    files = shown.filter((file) => !isTable(file));
    if (!files.length) for (const id of ["videos", "folder"]) element(id).value = "";
    const names = files.slice(0, 5).map((file) => file.name).join(", ") + (files.length > 5 ? " ..." : "");
    forgetFirst();
    const also = table ? ` ${say("with_table", { name: table.name })}` : "";
    element("chosen").textContent = (files.length ? say("chosen", { n: files.length, names }) : words.none) + also;
    tell("");
  }

  const isTable = (file) => /\.(csv|parquet)$/i.test(file.name);
  const isVideo = (file) => file.type.startsWith("video/") || /\.(avi|mkv|mov|mp4|m4v|ts|webm|gif|3gp)$/i.test(file.name);

  /* What was dropped: files, or folders with files in them. */
  async function dropped(items) {
    const found = [];
    const given = [...items].filter((item) => item.kind === "file").map((item) => {
      const entry = item.webkitGetAsEntry && item.webkitGetAsEntry();
      return entry || item.getAsFile();
    });
    try {
      for (const one of given) {
        if (one instanceof File) found.push(one);
        else if (one) await gather(one, found, true);
      }
    } catch (error) {
      choose([]);
      tell(error.message, true);
      return;
    }
    choose(found);
  }

  async function gather(entry, found, isTop) {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      if (isTop || isVideo(file) || isTable(file)) found.push(file);
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return;
      for (const inner of some) await gather(inner, found, false);
    }
  }

  function knownAction(text) {
    const shorter = text.replace(/[A-D]+$/i, "");
    return choices.actions.find((one) => one.name === text) || choices.actions.find((one) => one.name === shorter);
  }

  /* Whether it looks like a dive that is measured, though the model has not learned it; the server knows. */
  const isMeasured = (action) => choices.measures_others && /^[1-6]\d{2,3}[A-D]?$/i.test(action);

  const unknownAction = (action) => isMeasured(action) ? say("action_unlearned", { action })
    : say("action_unknown", { action, known: choices.actions.map((one) => one.name).join(", ") });

  function checkAction() {
    const text = element("action").value.trim();
    const known = text && choices && knownAction(text);
    const note = element("action-note");
    note.textContent = !text || !choices ? words.action_hint
      : known ? say("action_known", { action: known.name, difficulty: String(known.difficulty).replace(".", settings.decimal) })
        : unknownAction(text);
    const isWrong = Boolean(text && choices && !known && !isMeasured(text));
    note.classList.toggle("wrong", isWrong);
    element("action").setAttribute("aria-invalid", String(isWrong));
    showExperts(known && known.name);
  }

  function showExperts(action) {
    const chosen = element("expert").value;
    const fitting = (choices ? choices.experts : []).filter((one) => !action || one.action === action);
    element("expert").replaceChildren(...fitting.map((one) => {
      const score = one.score === null ? "?" : written(one.score, 2);
      return make("option", say("expert_shown", { id: one.id, action: one.action || "-", score }), { value: one.id });
    }));
    if (fitting.some((one) => one.id === chosen)) element("expert").value = chosen;
  }

  /* The list. */
  function outcome(job) {
    const cell = make("td");
    if (job.state === "done") {
      const all = job.summary;
      if (job.withheld.length) whyNot(job, cell);
      else {
        const shown = all.score === null
          ? say("similarity", { similarity: written(all.similarity, 2) })
          : say("score", { score: written(all.score), low: written(all.score_low), high: written(all.score_high) });
        cell.append(make("strong", shown));
      }
      const n = all.warnings.length - job.withheld.length;
      if (n > 0) cell.append(make("div", say("warned", { n }), { "class": "note" }));
      if (job.recognised) cell.append(make("div", say("recognised", { dive: job.recognised }), { "class": "note" }));
      if (job.measured.length) cell.append(measuresOf(job));
    } else {
      cell.textContent = words[job.stage || job.state];
      if (job.error) cell.append(make("div", job.error, { "class": "failed" }));
      if (job.state === "running") {
        const share = { loading: 15, looking: 45, writing: 80 }[job.stage] || 5;
        const bar = make("progress", "", { max: 100, value: share, "aria-label": words[job.stage || job.state] });
        cell.append(document.createElement("br"), bar);
      }
    }
    return cell;
  }

  function measuresOf(job) {
    const details = make("details");
    const list = make("dl");
    for (const one of job.measured) list.append(make("dt", one.name), make("dd", one.value));
    details.append(make("summary", words.measured), list);
    return details;
  }

  /* No number, why, and what to do about it. */
  function whyNot(job, cell) {
    const isCompared = job.summary.score_if_trusted === null;
    cell.append(make("strong", isCompared ? words.no_similarity : words.no_score));
    cell.className = "why";
    const [first, ...others] = job.withheld;
    cell.append(make("div", first.doubt, { "class": "failed" }));
    if (first.remedy) cell.append(make("div", say("do", first), { "class": "note" }));
    if (others.length) cell.append(make("div", say("more_reasons", { n: others.length }), { "class": "note" }));
  }

  function todo(job) {
    const cell = make("td");
    const row = make("div", "", { "class": "row" });
    if (job.state === "done") {
      row.append(make("a", words.open, { "href": `/assessments/${job.id}/report`, "aria-label": say("open_one", { name: job.video }) }));
    }
    if (job.state === "waiting" || job.state === "running") {
      row.append(button("cancel", job.video, () => order(`/api/assessments/${job.id}/cancel`, "POST")));
    }
    if (job.state === "failed" || job.state === "cancelled") {
      row.append(button("again", job.video, () => order(`/api/assessments/${job.id}/again`, "POST")));
    }
    if (job.has_voice) row.append(button("voice_play", job.video, () => hear(job)));
    if (job.state === "done") row.append(button("send", job.video, () => openSending(job)));
    row.append(button("details", job.video, () => openDetails(job)));
    row.append(button("delete", job.video, () => { picked.delete(job.id); order(`/api/assessments/${job.id}`, "DELETE"); }));
    if (job.batch) row.append(make("a", words.table, { "href": `/api/batches/${job.batch}/table.csv`, "download": "podium.csv" }));
    cell.append(row);
    return cell;
  }

  async function order(path, method) {
    try {
      await ask(path, method);
      element("trouble").textContent = "";
    } catch (error) {
      element("trouble").textContent = error.message;
    }
    refresh();
  }

  function rowOf(job) {
    const row = make("tr", "", { "data-id": job.id, "data-state": job.state });
    const pick = make("td", "", { "class": "pick" });
    if (job.state === "done") {
      const box = make("input", "", { "type": "checkbox", "aria-label": say("pick_one", { name: job.video }) });
      box.checked = picked.has(job.id);
      box.onchange = () => pickOne(job.id, box.checked);
      pick.dataset.label = words.pick;
      pick.append(box);
    }
    const when = new Date(job.created_seconds * 1000).toLocaleString(settings.language, { dateStyle: "medium", timeStyle: "short" });
    const what = job.action ? ` · ${job.action}` : job.summary && job.summary.action ? ` · ${job.summary.action}` : "";
    const name = make("td", job.video + what, { "class": "name" });
    if (isAnythingSaid(job.about)) name.append(aboutLine(job.about));
    row.append(pick, name, outcome(job),
      make("td", job.reference || "-", { "data-label": words.reference }), make("td", when, { "data-label": words.when }), todo(job));
    return row;
  }

  /* Commas part tags; where a tag has one itself, semicolons do, as in tables. */
  const tagsText = (tags) => tags.some((tag) => tag.includes(",")) ? `${tags.join("; ")};` : tags.join(", ");
  const tagsOf = (text) => text.split(text.includes(";") ? ";" : ",").map((tag) => tag.trim()).filter(Boolean);

  const isAnythingSaid = (about) => [about.athlete, about.day, about.event, about.text, ...about.tags].some(Boolean);

  function aboutLine(about) {
    const line = make("div", "", { "class": "note" });
    if (about.athlete) line.append(make("a", about.athlete, { href: `/athletes?${new URLSearchParams({ language: settings.language, athlete: about.athlete })}`, dir: "auto" }));
    const rest = [about.day && dayText(about.day), about.event, ...about.tags.map((tag) => `#${tag}`)].filter(Boolean).join(" · ");
    line.append((about.athlete && rest ? " · " : "") + rest);
    if (about.text) line.append(make("div", about.text));
    return line;
  }

  /* A day is the same wherever it is read. */
  const dayText = (day) => new Date(`${day}T12:00:00`).toLocaleDateString(settings.language, { dateStyle: "medium" });

  /* Whose it is, when and where it was. */
  let detailed = null;

  function openDetails(job) {
    detailed = job;
    element("details-name").textContent = say("details_one", { name: job.video });
    for (const key of ["athlete", "day", "event", "text"]) element(`details-${key}`).value = job.about[key];
    element("details-tags").value = tagsText(job.about.tags);
    element("details-trouble").textContent = "";
    showVoice(job.has_voice, canRecord ? "" : words.voice_cannot);
    element("details").showModal();
  }

  /* A voice note: recorded here, kept beside the assessment. */
  const MOST_VOICE_SECONDS = 600;
  const canRecord = Boolean(window.MediaRecorder && navigator.mediaDevices && navigator.mediaDevices.getUserMedia);
  let recorder = null;

  const voiceOf = (id) => `/api/assessments/${id}/voice`;

  function showVoice(is, said = "") {
    const player = element("voice-player");
    player.hidden = element("voice-delete").hidden = !is;
    if (!is) player.removeAttribute("src");
    else if (player.getAttribute("src") === voiceOf(detailed.id)) player.load(); /* recorded anew, at the same address */
    else player.src = voiceOf(detailed.id);
    element("voice-record").hidden = !canRecord;
    element("voice-record").textContent = is ? words.voice_anew : words.voice_record;
    element("voice-said").textContent = said;
  }

  async function record() {
    if (recorder) {
      recorder.stop();
      return;
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      if (!element("details").open) stopAll(stream);
      else recordOf(stream, detailed.id);
    } catch (error) {
      const why = error.name === "NotAllowedError" ? words.voice_denied : words.voice_none;
      element("voice-said").textContent = why;
    }
  }

  const stopAll = (stream) => { for (const track of stream.getTracks()) track.stop(); };

  function recordOf(stream, id) {
    const pieces = [];
    const made = recorder = new MediaRecorder(stream, { audioBitsPerSecond: 32000 });
    const timer = setTimeout(() => made.stop(), 1000 * MOST_VOICE_SECONDS);
    made.ondataavailable = (event) => pieces.push(event.data);
    made.onstop = () => {
      clearTimeout(timer);
      stopAll(stream);
      recorder = null;
      keepVoice(id, new Blob(pieces));
    };
    made.start();
    element("voice-record").textContent = words.voice_stop;
    element("voice-said").textContent = words.voice_recording;
  }

  async function keepVoice(id, sound) {
    const isShown = () => element("details").open && detailed.id === id;
    try {
      const headers = { "Content-Type": "application/octet-stream" };
      const response = await fetch(voiceOf(id), { method: "PUT", headers, body: sound });
      if (!response.ok) throw new Error(reasonOf(await response.json()));
      if (isShown()) showVoice(true, words.voice_kept);
    } catch (error) {
      const why = error instanceof TypeError ? words.lost : error.message;
      if (isShown()) element("voice-said").textContent = why;
      else element("trouble").textContent = why;
      element("voice-record").textContent = words.voice_record;
    }
    refresh();
  }

  async function deleteVoice() {
    try {
      await ask(voiceOf(detailed.id), "DELETE");
      showVoice(false, words.voice_deleted);
    } catch (error) {
      element("voice-said").textContent = error.message;
    }
    element("voice-record").focus();
    refresh();
  }

  /* Played from the list: one at a time. */
  const heard = new Audio();
  let heardId = "";

  function hear(job) {
    if (heardId === job.id && !heard.paused) {
      heard.pause();
      return;
    }
    heardId = job.id;
    heard.src = voiceOf(job.id);
    heard.play().catch((error) => { if (error.name !== "AbortError") element("trouble").textContent = words.voice_unplayed; });
  }

  /* What two windows said of one performance: of each thing what was changed, and what would be lost. */
  function together(before, ours, there) {
    const [joined, lost] = [{}, []];
    const text = (one) => (Array.isArray(one) ? tagsText(one) : one);
    for (const key of Object.keys(ours)) {
      const [was, is, mine] = [before, there, ours].map((about) => text(about[key]));
      joined[key] = mine === was ? there[key] : ours[key];
      if (is !== was && mine !== was && mine !== is) lost.push(is || words.details_empty);
    }
    return { joined, lost };
  }

  async function keepDetails(event) {
    event.preventDefault();
    const about = { tags: tagsOf(element("details-tags").value) };
    for (const key of ["athlete", "day", "event", "text"]) about[key] = element(`details-${key}`).value.trim();
    try {
      const there = (await ask(`/api/assessments/${detailed.id}`)).about;
      const { joined, lost } = together(detailed.about, about, there);
      detailed.about = there; /* whoever keeps it again has read it */
      if (lost.length) {
        element("details-trouble").textContent = say("details_changed", { there: lost.join(" · ") });
        return;
      }
      await ask(`/api/assessments/${detailed.id}`, "PATCH", joined);
      element("details").close();
      refresh();
    } catch (error) {
      element("details-trouble").textContent = error.message;
    }
  }

  /* What part of the list is wanted, and how many there are in all. */
  let offset = 0;
  let total = 0;

  function wish() {
    const asked = new URLSearchParams({ limit: MOST_LISTED, offset, order: element("order").value, language: settings.language });
    const [search, athlete, state] = [element("search").value.trim(), element("by-athlete").value, element("by-state").value];
    if (search) asked.set("search", search);
    if (athlete !== "*") asked.set("athlete", athlete);
    if (state) asked.set("state", state);
    return asked;
  }

  const isFiltered = () => Boolean(element("search").value.trim() || element("by-state").value || element("by-athlete").value !== "*");

  async function listed() {
    const response = await fetch(`/api/assessments?${wish()}`);
    const said = await response.json();
    if (!response.ok) throw new Error(reasonOf(said));
    total = Number(response.headers.get("x-total-count")) || offset + said.length;
    return said;
  }

  function turn(by) {
    offset = Math.max(offset + by * MOST_LISTED, 0);
    refresh();
  }

  function showPages(n) {
    element("pages").hidden = total <= MOST_LISTED && !offset && !isFiltered();
    element("range").textContent = say("pages", { first: n ? offset + 1 : 0, last: offset + n, n: total });
    element("pages-back").disabled = !offset;
    element("pages-on").disabled = offset + n >= total;
  }

  async function showAthletes() {
    const names = (await ask("/api/athletes")).map((one) => one.name);
    const chosen = element("by-athlete").value;
    element("athletes").replaceChildren(...names.map((name) => make("option", "", { value: name })));
    const options = [make("option", words.all, { value: "*" }), ...names.map((name) => make("option", name, { value: name }))];
    element("by-athlete").replaceChildren(...options);
    element("by-athlete").value = names.includes(chosen) ? chosen : "*";
  }

  /* All there is, from one file that another page wrote. */
  async function takeIn() {
    const [file] = element("store").files;
    if (!file) return;
    element("store-said").textContent = words.store_taking;
    try {
      const headers = { "Content-Type": "application/octet-stream" };
      const response = await fetch(`/api/store?name=${encodeURIComponent(file.name.slice(-255))}`, { method: "POST", headers, body: file });
      const said = await response.json();
      element("store-said").textContent = response.ok ? say("store_taken", said) : reasonOf(said);
    } catch (error) {
      element("store-said").textContent = words.lost;
    }
    element("store").value = "";
    refresh();
  }

  let shown = "";
  let timer = 0;
  let newest = 0;
  const rowsShown = new Map();

  /* Only the answer to the newest question counts: an older one may come later, with rows that are gone. */
  async function refresh() {
    clearTimeout(timer);
    newest += 1;
    const number = newest;
    let wait = 5000;
    try {
      const jobs = await listed();
      if (number !== newest) return;
      if (!jobs.length && offset) return turn(-1);
      const text = JSON.stringify([jobs, offset, total]);
      if (text !== shown) {
        shown = text;
        keepingFocus(() => showRows(jobs));
        element("table").hidden = !jobs.length;
        element("hint").textContent = jobs.length ? words.compare_hint : isFiltered() ? words.none_found : words.empty;
        showPages(jobs.length);
        await showAthletes();
      }
      const goesOn = jobs.some((job) => job.state === "waiting" || job.state === "running");
      if (goesOn) wait = 700;
      await tellOfWork(goesOn);
      if (element("trouble").textContent === words.lost) element("trouble").textContent = "";
    } catch (error) {
      if (number === newest) element("trouble").textContent = words.lost;
    }
    if (number === newest) timer = setTimeout(refresh, wait);
    return undefined;
  }

  /* A row whose assessment has not changed is not touched: a click that is under way must not lose its button. */
  function showRows(jobs) {
    const list = element("rows");
    const before = new Map(rowsShown);
    rowsShown.clear();
    for (const job of jobs) {
      const text = JSON.stringify(job);
      const was = before.get(job.id);
      rowsShown.set(job.id, was && was.text === text ? was : { text, row: rowOf(job) });
    }
    const rows = [...rowsShown.values()].map((one) => one.row);
    for (const row of [...list.children]) if (!rows.includes(row)) row.remove();
    rows.forEach((row, place) => {
      if (list.children[place] !== row) list.insertBefore(row, list.children[place] || null);
    });
  }

  /* What waits although nobody works on it is said. */
  async function tellOfWork(isWanted) {
    const work = isWanted ? await ask("/api/work") : { goes_on: true };
    const text = work.goes_on ? "" : say("stalled", { n: work.n_waiting });
    if (element("stalled").textContent !== text) element("stalled").textContent = text;
  }

  /* A row that changed is made anew: whoever was on a button of it stays there. */
  function keepingFocus(change) {
    const focus = document.activeElement;
    const label = focus && element("rows").contains(focus) ? focus.getAttribute("aria-label") : null;
    const id = label && focus.closest("tr").dataset.id;
    change();
    if (!label) return;
    const same = [...element("rows").querySelectorAll("[aria-label]")].find(
      (one) => one.getAttribute("aria-label") === label && one.closest("tr").dataset.id === id);
    (same || element("list")).focus();
  }

  /* Two are shown beside each other at once; their videos, and several, on a page of their own. */
  function pickOne(id, is) {
    if (is) picked.add(id);
    else picked.delete(id);
    if (picked.size > MOST_COMPARED) picked.delete(picked.values().next().value);
    for (const box of document.querySelectorAll("#rows input")) box.checked = picked.has(box.closest("tr").dataset.id);
    compare();
  }

  async function compare() {
    const link = element("side-by-side");
    link.parentElement.hidden = picked.size < 2;
    link.textContent = say("side_by_side", { n: picked.size });
    link.href = `/side_by_side?${new URLSearchParams({ ids: [...picked].join(","), language: settings.language })}`;
    element("comparison").hidden = picked.size !== 2;
    if (picked.size !== 2) return;
    const asked = [...picked];
    let table = { columns: [], rows: [] };
    try {
      table = await ask(besideOf(asked));
    } catch (error) {
      element("trouble").textContent = error.message;
    }
    if (asked.join() === [...picked].join()) showBeside(table);
  }

  /* What the model learned from: the first of it is for everybody. */
  function showAbout(about) {
    const [first, ...rest] = about.split("; ");
    element("about").textContent = say("about", { about: first });
    element("about-rest").textContent = rest.join("; ");
    element("about-more").hidden = !rest.length;
  }

  async function loadChoices() {
    try {
      choices = await ask("/api/choices");
      element("actions").replaceChildren(...choices.actions.map((one) => make("option", "", { value: one.name })));
      showAbout(choices.about);
      checkAction();
    } catch (error) {
      element("about").textContent = error.message;
    }
  }

  element("form").onsubmit = assess;
  element("filters").onsubmit = (event) => event.preventDefault();
  for (const id of ["search", "by-athlete", "by-state", "order"]) {
    element(id).oninput = () => { offset = 0; refresh(); };
  }
  element("pages-back").onclick = () => turn(-1);
  element("pages-on").onclick = () => turn(1);
  element("store").onchange = takeIn;
  element("details-form").onsubmit = keepDetails;
  element("voice-record").onclick = record;
  element("voice-delete").onclick = deleteVoice;
  element("details").onclose = () => {
    element("voice-player").pause();
    if (recorder) recorder.stop();
  };
  element("details-close").onclick = () => element("details").close();
  element("stop").onclick = () => { stopped = true; if (upload) upload.abort(); };
  element("videos").onchange = () => choose(element("videos").files);
  element("folder").onchange = () => choose([...element("folder").files].filter((file) => isVideo(file) || isTable(file)));
  element("point").onclick = showFirst;
  element("unpoint").onclick = unpoint;
  element("first").onclick = pointAt;
  element("first").onkeydown = moveMark;
  element("action").oninput = checkAction;
  element("own").onchange = () => { element("own-name").textContent = [...element("own").files].map((file) => file.name).join(""); };
  element("beside").onchange = () => {
    element("expert-label").hidden = element("beside").value !== "expert";
    element("own-label").hidden = element("beside").value !== "own";
    element("own-name").hidden = element("beside").value !== "own";
  };
  element("language").onchange = () => { location.search = `?language=${element("language").value}`; };
  const drop = element("drop");
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); dropped(event.dataTransfer.items); });

  loadChoices();
  refresh();
})();
