/* What other desks did, on the calendar within a second: asked each second, fetched only when something changed.

   Only what changed is exchanged, slot by slot, so that the focus, the cursor, the scroll and the drawer stay. A column
   waits while the pointer rests on one of its slots that would change, or while a visit is carried. */
(function () {
  "use strict";
  const SECOND = 1000;
  const view = document.querySelector(".dayview");
  const Frontdesk = (window.Frontdesk = window.Frontdesk || {});
  if (!view || !Frontdesk.calendar) return;
  const { grid } = Frontdesk.calendar;
  const news = new URL(view.dataset.news, location.href);
  let waiting = null; /* the newest grid that is not shown yet */
  let asking = false;

  async function ask() {
    if (document.hidden || asking) return;
    asking = true;
    try {
      const answer = await get(news);
      const said = answer && await answer.json();
      if (said && said.changed) await fetchGrid(said.since);
      else if (said) news.searchParams.set("since", said.since);
    } catch (problem) {
      Frontdesk.line.failed();
    }
    asking = false;
    show();
  }

  async function get(url) {
    const answer = await fetch(url, { headers: { "X-Poll": "1" }, redirect: "manual", credentials: "same-origin" });
    if (Frontdesk.line.isDown(answer.status) && answer.type !== "opaqueredirect") Frontdesk.line.failed();
    else Frontdesk.line.heard(answer.headers.get("Date"));
    if (answer.ok) Frontdesk.line.backIn();
    return answer.ok ? answer : null;
  }

  async function fetchGrid(since) {
    const answer = await get(new URL(view.dataset.grid, location.href));
    if (!answer) return;
    waiting = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".day");
    news.searchParams.set("since", since);
  }

  /* Show what waits, as far as nothing of it lies under the pointer. */
  function show() {
    if (!waiting || (Frontdesk.calendar.isCarrying && Frontdesk.calendar.isCarrying())) return;
    const now = grid();
    const fresh = waiting;
    if (!sameFrame(now, fresh)) {
      if (now.matches(":hover") || now.contains(document.activeElement)) return;
      now.replaceWith(fresh);
      return done(fresh);
    }
    const sections = fresh.querySelectorAll(":scope > section");
    const left = Array.from(now.querySelectorAll(":scope > section")).filter((section, place) => !renew(section, sections[place]));
    if (!left.length) done(now, fresh);
  }

  function done(now, fresh) {
    waiting = null;
    const counts = document.querySelector("[data-counts-here]");
    if (counts) counts.textContent = (fresh || now).dataset.counts;
    window.htmx.process(now);
    Frontdesk.calendar.renew();
  }

  const frame = (day) => day.className + day.dataset.hour + Array.from(day.querySelectorAll(":scope > section"), (one) =>
    [one.dataset.with, one.dataset.where, one.dataset.day].join()).join(" ");
  const sameFrame = (now, fresh) => frame(now) === frame(fresh);

  /* A slot says the same if it differs only in what this page itself has set: the cursor, the open visit. */
  const meaning = (item) => item.className.replace(/ ?is-moving/, "") + item.innerHTML.replace(/ (tabindex|aria-current|aria-keyshortcuts)="[^"]*"/g, "");

  /* Exchange the slots of one column that differ. False while one of them lies under the pointer. */
  function renew(section, fresh) {
    const list = section.querySelector(".slots");
    const old = new Map(Array.from(list.children).filter((item) => item.dataset.slot).map((item) => [meaning(item), item]));
    const wanted = Array.from(fresh.querySelectorAll(".slots > li"));
    const kept = new Set(wanted.map((item) => old.get(meaning(item))).filter(Boolean));
    const gone = Array.from(old.values()).filter((item) => !kept.has(item));
    if (gone.some((item) => item.matches(":hover"))) return false;
    const focused = gone.find((item) => item.contains(document.activeElement));
    const name = focused && focused.dataset.slot;
    section.querySelector("h2").innerHTML = fresh.querySelector("h2").innerHTML;
    gone.forEach((item) => item.remove()); /* first, so that what stays is never taken out and keeps its focus */
    wanted.forEach((item, place) => {
      const same = old.get(meaning(item));
      const put = same || document.importNode(item, true);
      if (list.children[place] !== put) list.insertBefore(put, list.children[place] || null);
    });
    markOpen();
    if (focused) follow(name, list);
    return true;
  }

  /* The slot with the focus has changed: the focus goes on to the same visit, else to the first thing of the column. */
  function follow(name, list) {
    const item = grid().querySelector(`[data-slot="${CSS.escape(name)}"]`) || list.querySelector("[data-slot]");
    if (item && item.firstElementChild) Frontdesk.calendar.move(item.firstElementChild, true);
  }

  function markOpen() {
    const id = document.getElementById("drawer").dataset.visit;
    const link = id && grid().querySelector(`[data-slot="v${CSS.escape(id)}"] a`);
    if (link) link.setAttribute("aria-current", "true");
  }

  setInterval(ask, SECOND);
  document.addEventListener("visibilitychange", ask);
})();
