/* Clocks that run on the page, by the server's time and not this computer's.

   <time data-since="ISO">    counts up from a moment        <time data-seconds="192">  counts up from an age
   <time data-until="ISO">    counts down, and gets class "late" and counts up again once it has passed
   The server writes the same text into the element, so that the page is right without script. */
(function () {
  "use strict";
  const CLOCKS = "time[data-since], time[data-until], time[data-seconds]";
  const Frontdesk = (window.Frontdesk = window.Frontdesk || {});

  /* milliseconds that the server is ahead of this computer */
  let ahead = Date.parse(document.body.dataset.now || "") - Date.now() || 0;

  function now() {
    return Date.now() + ahead;
  }

  /* A Date header has whole seconds; correct the clock only when it is clearly off. */
  function sync(header) {
    const server = Date.parse(header || "");
    if (server && Math.abs(server - now()) > 2500) ahead = server + 500 - Date.now();
  }

  function two(number) {
    return String(number).padStart(2, "0");
  }

  /* 192 -> "03:12", 3900 -> "1 h 05", 180000 -> "2 d 2 h"; the same words as the server's mmss filter */
  function words(seconds) {
    if (seconds < 3600) return two(Math.floor(seconds / 60)) + ":" + two(seconds % 60);
    if (seconds < 86400) return Math.floor(seconds / 3600) + " h " + two(Math.floor((seconds % 3600) / 60));
    return Math.floor(seconds / 86400) + " d " + Math.floor((seconds % 86400) / 3600) + " h";
  }

  function secondsOf(clock) {
    const data = clock.dataset;
    if (data.until) return Math.round((Date.parse(data.until) - now()) / 1000);
    if (!data.since) data.since = new Date(now() - Number(data.seconds) * 1000).toISOString();
    return Math.floor((now() - Date.parse(data.since)) / 1000);
  }

  function show(clock) {
    const seconds = secondsOf(clock);
    if (Number.isNaN(seconds)) return;
    if (clock.dataset.until) clock.classList.toggle("late", seconds < 0);
    const text = words(clock.dataset.until ? Math.abs(seconds) : Math.max(0, seconds));
    if (clock.textContent !== text) clock.textContent = text;
  }

  function tick() {
    if (!document.hidden) document.querySelectorAll(CLOCKS).forEach(show);
  }

  tick();
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("htmx:afterSettle", tick);
  Frontdesk.clock = { now, sync, words };
})();
