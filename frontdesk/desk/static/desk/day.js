/* The day grid: a cursor over its slots, the drawer beside it, and the line of the present.

   Arrows move the cursor: up and down in a column, left and right to what stands beside it; Home and End go to the first
   and the last of a column. Enter opens a visit (it is a link). Only one slot at a time is reached with Tab. */
(function () {
  "use strict";
  const day = document.querySelector(".day");
  const form = document.querySelector(".dayof");
  const TICK = 300000;

  document.querySelectorAll("[data-prints]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  if (form) form.addEventListener("change", (event) => event.target.matches("[data-sends]") && form.requestSubmit());
  if (!day) return;

  /* ---- the cursor ---- */
  const columns = Array.from(day.querySelectorAll(".slots"), (list) =>
    Array.from(list.children, (item) => place(item)).filter((slot) => slot.stop));
  let cursor = null;

  function place(item) {
    const number = (letter) => Number((item.className.match(new RegExp(`(?:^| )${letter}(\\d+)`)) || [0, 1])[1]);
    const stop = item.matches(".visit, .free, .held") ? item.firstElementChild : null;
    return { stop, row: number("r"), end: number("r") + number("l") };
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

  const stops = columns.flat().map((slot) => slot.stop);
  stops.forEach((stop) => (stop.tabIndex = -1));
  const chosen = day.querySelector("[aria-current]");
  const line = day.querySelector(".now");
  if (stops.length) set(chosen || firstAhead() || stops[0], false);

  /* Where the cursor begins: at the first thing in the first column that is not over yet. */
  function firstAhead() {
    const row = line ? place(line.firstElementChild).row : 0;
    const slot = columns.flat().find((one) => one.end > row);
    return slot && slot.stop;
  }

  day.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (!/^(Arrow(Up|Down|Left|Right)|Home|End)$/.test(event.key)) return;
    const from = at(document.activeElement);
    const stop = from ? next(event.key, from) : cursor;
    event.preventDefault();
    if (stop) set(stop, true);
  });
  day.addEventListener("focusin", (event) => at(event.target) && set(event.target, false));

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
    day.querySelectorAll("[aria-current]").forEach((link) => link.removeAttribute("aria-current"));
    const id = drawer.dataset.visit;
    if (!id) return cursor && cursor.focus({ preventScroll: true });
    const link = Array.from(day.querySelectorAll(".visit a")).find((one) => new URL(one.href).searchParams.get("visit") === id);
    if (link) {
      link.setAttribute("aria-current", "true");
      set(link, false);
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    drawer.querySelector("h2").focus({ preventScroll: true });
  });

  /* ---- the present ---- */
  function tell() {
    const zone = line.dataset.zone;
    const first = new Date(line.dataset.first).getTime();
    const now = Date.now() + skew;
    const mark = line.firstElementChild;
    const row = Math.floor((now - first) / TICK) + 1;
    mark.className = "r" + row;
    mark.querySelector("b").textContent = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(now);
  }
  /* The server's clock counts, not the one of this computer. */
  const skew = new Date(document.body.dataset.now).getTime() - Date.now();
  if (line) setInterval(tell, 20000);
})();
