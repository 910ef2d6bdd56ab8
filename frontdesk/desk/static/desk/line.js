/* The line to the server: live, trying, lost, or out (logged out elsewhere). Shown in .conn and, when it matters, in the
   [data-line] notice under the bar. Everything that talks to the server reports here; if nobody has for a while, a
   heartbeat asks. */
(function () {
  "use strict";
  const HEARTBEAT = 15000;
  const RETRY = 3000;
  const PATIENCE = 6000;
  const WORDS = { live: "Live", trying: "Reconnecting", lost: "Line lost", out: "Logged out" };
  const Frontdesk = (window.Frontdesk = window.Frontdesk || {});
  const url = document.body.dataset.health;
  const backAgain = [];
  let state = "live";
  let lastHeard = Date.now();
  let timer = 0;

  function show(next) {
    if (next === state) return;
    state = next;
    paint();
  }

  function paint() {
    const conn = document.querySelector(".conn");
    if (conn) {
      conn.hidden = false;
      conn.dataset.state = state;
      conn.querySelector("[data-word]").textContent = WORDS[state];
      const use = conn.querySelector("use");
      if (use) use.setAttribute("href", Frontdesk.icon(state === "live" ? "live" : "lost"));
    }
    document.querySelectorAll("[data-line]").forEach((notice) => {
      notice.hidden = notice.dataset.line !== state;
    });
  }

  /* The server answered. `date` is its Date header, where there is one. */
  function heard(date) {
    lastHeard = Date.now();
    if (Frontdesk.clock) Frontdesk.clock.sync(date);
    if (state === "live" || state === "out") return;
    show("live");
    backAgain.forEach((call) => call());
  }

  function failed() {
    show(state === "live" || state === "out" ? "trying" : "lost");
    clearTimeout(timer);
    timer = setTimeout(ask, state === "trying" ? 1000 : RETRY);
  }

  function out() {
    show("out");
  }

  function backIn() {
    if (state !== "out") return;
    show("live");
    backAgain.forEach((call) => call());
  }

  /* true for an answer that came from something in front of the server, not from the server */
  function isDown(status) {
    return status === 0 || status === 502 || status === 503 || status === 504;
  }

  async function ask() {
    try {
      const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      if (isDown(answer.status)) failed();
      else heard(answer.headers.get("Date"));
    } catch {
      failed();
    }
  }

  Frontdesk.icon = (name) => (document.body.dataset.icons || "") + "#" + name;
  Frontdesk.isLogin = (html) => html.includes('name="frontdesk-page" content="log-in"');
  Frontdesk.line = { heard, failed, out, backIn, isDown, state: () => state, onBack: (call) => backAgain.push(call) };
  if (!url) return;

  paint();
  setInterval(() => {
    if (!document.hidden && state === "live" && Date.now() - lastHeard > HEARTBEAT) ask();
  }, 3000);
  window.addEventListener("offline", failed);
  window.addEventListener("online", ask);

  document.addEventListener("htmx:afterRequest", (event) => {
    const xhr = event.detail.xhr;
    if (isDown(xhr.status)) failed();
    else heard(xhr.getResponseHeader("Date"));
  });
})();
