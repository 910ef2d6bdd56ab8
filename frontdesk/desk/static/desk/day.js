/* The day grid: a cursor over its slots, the drawer beside it, and the line of the present.

   Arrows move the cursor: up and down in a column, left and right to what stands beside it; Home and End go to the first
   and the last of a column. Enter opens a visit (it is a link). Only one slot at a time is reached with Tab.
   The grid may be drawn anew while the page is open (calendar_live.js), so nothing of it is remembered here but the
   cursor, and `Frontdesk.calendar.renew` finds that again. */
(function () {
  "use strict";
  const view = document.querySelector(".dayview");
  const form = document.querySelector(".dayof");
  const Frontdesk = (window.Frontdesk = window.Frontdesk || {});
  const TICK = 300000;
  const STOPS = ".visit, .free, .held, .prot, .meet";

  document.querySelectorAll("[data-prints]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  if (form) form.addEventListener("change", (event) => event.target.matches("[data-sends]") && form.requestSubmit());
  if (!view) return;

  /* ---- the cursor ---- */
  let columns = [];
  let cursor = null;

  const grid = () => view.querySelector(".day");

  /* The row at which an element of the grid begins, and the row after its last. */
  function place(item) {
    const number = (letter) => Number((item.className.match(new RegExp(`(?:^| )${letter}(\\d+)`)) || [0, 1])[1]);
    const stop = item.matches(STOPS) ? item.firstElementChild : null;
    return { stop, row: number("r"), end: number("r") + number("l") };
  }

  function read() {
    columns = Array.from(grid().querySelectorAll(".slots"), (list) =>
      Array.from(list.children, (item) => place(item)).filter((slot) => slot.stop));
    columns.flat().forEach((slot) => slot.stop !== cursor && (slot.stop.tabIndex = -1));
  }

  function at(element) {
    for (let column = 0; column < columns.length; column++) {
      const index = columns[column].findIndex((slot) => slot.stop === element);
      if (index >= 0) return { column, index, slot: columns[column][index] };
    }
    return null;
  }

  function set(stop, focus) {
    if (cursor) cursor.tabIndex = -1;
    cursor = stop;
    stop.tabIndex = 0;
    if (!focus) return;
    stop.focus({ preventScroll: true });
    stop.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /* The slot beside: the one that shares most rows with `slot`, else the nearest; empty columns are stepped over. */
  function beside(from, step) {
    for (let column = from.column + step; column >= 0 && column < columns.length; column += step) {
      const shared = (slot) => Math.min(slot.end, from.slot.end) - Math.max(slot.row, from.slot.row);
      const best = columns[column].reduce((one, other) => (!one || shared(other) > shared(one) ? other : one), null);
      if (best) return best.stop;
    }
    return null;
  }

  function next(key, from) {
    const column = columns[from.column];
    if (key === "ArrowUp" || key === "ArrowDown") {
      const slot = column[from.index + (key === "ArrowDown" ? 1 : -1)];
      return slot && slot.stop;
    }
    if (key === "Home" || key === "End") return column[key === "Home" ? 0 : column.length - 1].stop;
    return beside(from, key === "ArrowRight" ? 1 : -1);
  }

  /* Where the cursor begins: at the visit that stands open, else at the first thing that is not over yet. */
  function begin() {
    const line = grid().querySelector(".now");
    const row = line ? place(line.firstElementChild).row : 0;
    const ahead = columns.flat().find((one) => one.end > row) || columns.flat()[0];
    const stop = grid().querySelector("a[aria-current]") || (ahead && ahead.stop);
    if (stop) set(stop, false);
  }

  read();
  begin();

  /* The grid was drawn anew: the cursor goes on to the same visit, or to what stands where it stood. */
  Frontdesk.calendar = {
    place,
    grid,
    renew() {
      const lost = cursor && !cursor.isConnected ? cursor : null;
      read();
      if (lost || !cursor) begin();
    },
    move(stop, focus) {
      read();
      set(stop, focus);
    },
  };

  view.addEventListener("keydown", (event) => {
    if (!event.target.closest(".day") || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (!/^(Arrow(Up|Down|Left|Right)|Home|End)$/.test(event.key)) return;
    const from = at(document.activeElement);
    const stop = from ? next(event.key, from) : cursor;
    event.preventDefault();
    if (stop) set(stop, true);
  });
  view.addEventListener("focusin", (event) => at(event.target) && set(event.target, false));

  /* From anywhere on the page an arrow takes the cursor up again. */
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || !cursor) return;
    if (document.activeElement === document.body && /^Arrow/.test(event.key)) {
      event.preventDefault();
      set(cursor, true);
    }
  });

  /* ---- the drawer ---- */
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "drawer") return;
    const drawer = document.getElementById("drawer");
    grid().querySelectorAll("[aria-current]").forEach((link) => link.removeAttribute("aria-current"));
    const id = drawer.dataset.visit;
    if (!id) return cursor && cursor.focus({ preventScroll: true });
    const link = grid().querySelector(`[data-slot="v${CSS.escape(id)}"] a`);
    if (link) {
      link.setAttribute("aria-current", "true");
      set(link, false);
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    (drawer.querySelector("[autofocus]") || drawer.querySelector("h2")).focus({ preventScroll: true });
  });

  /* ---- the present ---- */
  function tell() {
    const line = grid().querySelector(".now");
    if (!line) return;
    const first = new Date(line.dataset.first).getTime();
    const now = Date.now() + skew;
    const mark = line.firstElementChild;
    mark.className = "r" + (Math.floor((now - first) / TICK) + 1);
    const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: line.dataset.zone });
    mark.querySelector("b").textContent = clock.format(now);
  }
  /* The server's clock counts, not the one of this computer. */
  const skew = new Date(document.body.dataset.now).getTime() - Date.now();
  setInterval(tell, 20000);
})();
