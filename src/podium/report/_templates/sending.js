/* A film, picture or page of one assessment, made on this machine to be sent by whoever wants to. */
const openSending = (() => {
  let job = null;
  let timer = 0;
  const address = () => `/api/assessments/${job.id}/rendering`;
  const megabytes = (n) => (n / 1e6).toFixed(1).replace(".", settings.decimal);

  function tell(text, isWrong = false) {
    element("sending-said").textContent = text;
    element("sending-said").classList.toggle("wrong", isWrong);
  }

  function showChoices({ offers, what, plain }) {
    for (const one of element("sending-what").options) one.hidden = one.disabled = !offers.includes(one.value);
    element("sending-what").value = offers.includes(what) ? what : offers[0] || "";
    element("sending-time").value = plain ? "plain" : "step";
    element("sending-nothing").hidden = offers.length > 0;
    element("sending-choices").hidden = element("sending-make").hidden = !offers.length;
    showHow();
  }

  const showHow = () => { element("sending-how").hidden = !["beside", "overlay"].includes(element("sending-what").value); };

  /* How far it is, and the file once it is there. */
  function show(made) {
    const goesOn = made.state === "waiting" || made.state === "running";
    element("sending-make").disabled = goesOn;
    element("sending-stop").hidden = element("sending-share").hidden = !goesOn;
    element("sending-share").value = Math.round(100 * made.share);
    const link = element("sending-file");
    link.hidden = !made.name;
    if (made.name) {
      link.href = `${address()}/file`;
      link.download = made.name;
      link.textContent = say("send_file", { name: made.name, megabytes: megabytes(made.n_bytes) });
    }
    if (made.state === "waiting") tell(words.waiting);
    else if (goesOn) tell(say("send_making", { share: Math.round(100 * made.share) }));
    else tell(made.state === "done" ? words.send_done : made.error || "", Boolean(made.error));
    clearTimeout(timer);
    if (goesOn && element("sending").open) timer = setTimeout(follow, 400);
  }

  async function follow() {
    const asked = job;
    try {
      const made = await ask(address());
      if (job === asked) show(made);
    } catch (error) {
      if (job === asked) tell(error.message, true);
    }
  }

  async function make(event) {
    event.preventDefault();
    const how = { what: element("sending-what").value, plain: element("sending-time").value === "plain", language: settings.language };
    try {
      show(await ask(address(), "POST", how));
    } catch (error) {
      tell(error.message, true);
    }
  }

  async function stop() {
    try {
      await ask(address(), "DELETE");
      await follow();
    } catch (error) {
      tell(error.message, true);
    }
  }

  element("sending-form").onsubmit = make;
  element("sending-what").onchange = showHow;
  element("sending-stop").onclick = stop;
  element("sending-close").onclick = () => element("sending").close();
  element("sending").onclose = () => clearTimeout(timer);

  return async (one) => {
    job = one;
    element("sending-name").textContent = say("send_one", { name: one.video });
    try {
      const made = await ask(address());
      if (job !== one) return;
      showChoices(made);
      element("sending").showModal();
      show(made);
    } catch (error) {
      element("trouble").textContent = error.message;
    }
  };
})();
