/* Moving a visit in the grid: a ghost of it is carried with the arrow keys or with the pointer, on rows of five minutes.

   With the cursor on a visit (or in its drawer) `m` takes up the ghost: arrows carry it by five minutes or to the column
   beside, Page up and Page down by an hour; Enter shows what the move would do, Escape leaves the visit where it is.
   Dropping it with the pointer does the same. Nothing is moved here: the drawer then shows the server's own preview, by
   the address that the plain form has, and its button moves the visit. `x` with the cursor on a visit opens the form
   that cancels it. */
(function () {
  "use strict";
  /* In a short form that asks why, Enter in the list sends it: a reason has been chosen with the keys before. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || !event.target.matches || !event.target.matches("[data-sends-by-enter]")) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });

  const view = document.querySelector(".dayview");
  const Frontdesk = (window.Frontdesk = window.Frontdesk || {});
  if (!view || !view.dataset.movesBy || !Frontdesk.calendar) return;
  const { grid, place } = Frontdesk.calendar;
  const HOUR = 12;
  const FAR = 6; /* px before a press becomes a drag */
  let ghost = null; /* {item, link, id, length, column, row, grab} */
  let pressed = null;

  const lists = () => Array.from(grid().querySelectorAll(".slots"));
  const rows = () => grid().querySelectorAll(".axis > li").length * HOUR;
  Frontdesk.calendar.isCarrying = () => Boolean(ghost || pressed);

  /* ---- the ghost ---- */
  function take(item) {
    const here = place(item);
    drop();
    const shade = document.createElement("li");
    shade.append(document.createElement("p"));
    ghost = { item, shade, id: item.dataset.slot.slice(1), length: here.end - here.row, row: here.row, grab: 0,
      column: lists().indexOf(item.parentElement) };
    item.classList.add("is-moving");
    carry(0, 0);
  }

  function carry(columns, ticks) {
    const all = lists();
    ghost.column = Math.min(Math.max(ghost.column + columns, 0), all.length - 1);
    ghost.row = Math.min(Math.max(ghost.row + ticks, 1), Math.max(rows() - ghost.length + 1, 1));
    ghost.shade.className = `drop r${ghost.row} l${ghost.length}`;
    const where = all[ghost.column];
    if (ghost.shade.parentElement !== where) where.append(ghost.shade);
    ghost.shade.firstElementChild.textContent = clock();
    ghost.shade.scrollIntoView({ block: "nearest", inline: "nearest" });
    const head = where.parentElement.getAttribute("aria-label");
    document.getElementById("ghost-says").textContent = `${clock()}, ${head}`;
  }

  /* The local time of the ghost's first row: rows are the same local time in every column. */
  function clock() {
    const [hour, minute] = grid().dataset.hour.split(":").map(Number);
    const minutes = hour * 60 + minute + (ghost.row - 1) * 5;
    return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
  }

  function drop() {
    if (!ghost) return;
    ghost.shade.remove();
    ghost.item.classList.remove("is-moving");
    grid().querySelectorAll(".is-moving").forEach((item) => item.classList.remove("is-moving"));
    ghost = null;
    document.getElementById("ghost-says").textContent = "";
  }

  /* What the move would do, in the drawer. */
  function preview() {
    const section = ghost.shade.closest("section");
    const data = section.dataset;
    const asked = { day: data.day, time: clock(), where: data.where, back: view.dataset.back };
    const label = new URLSearchParams(view.dataset.back).get("by");
    asked[label === "rooms" ? "room" : "with"] = data.with;
    const query = new URLSearchParams(asked);
    const url = view.dataset.movesBy.replace("/0/", `/${ghost.id}/`) + "?" + query;
    window.htmx.ajax("GET", url, { source: view, target: "#drawer", swap: "outerHTML show:none" });
  }

  /* ---- keys ---- */
  function underCursor() {
    const link = document.activeElement;
    const item = link && link.closest && link.closest(".day .visit.is-expected");
    if (item) return item;
    const drawer = document.getElementById("drawer");
    const inDrawer = drawer && drawer.dataset.visit && drawer.querySelector("[data-moves]");
    return inDrawer ? grid().querySelector(`[data-slot="v${CSS.escape(drawer.dataset.visit)}"].is-expected`) : null;
  }

  const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0], PageUp: [0, -HOUR], PageDown: [0, HOUR] };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches && event.target.matches("input, select, textarea")) return;
    const done = ghost ? whileCarrying(event.key) : begins(event.key, event.target);
    if (!done) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  function whileCarrying(key) {
    if (STEPS[key]) carry(...STEPS[key]);
    else if (key === "Enter") preview();
    else if (key === "Escape") {
      const link = ghost.item.firstElementChild;
      drop();
      Frontdesk.calendar.move(link, true);
    } else return false;
    return true;
  }

  function begins(key, from) {
    if (key === "m") {
      const item = underCursor();
      if (!item) return false;
      take(item);
      return true;
    }
    const item = key === "x" && from.closest && from.closest(".day .visit.is-expected");
    if (!item) return false;
    const url = item.firstElementChild.href + "&act=cancel";
    window.htmx.ajax("GET", url, { source: view, target: "#drawer", swap: "outerHTML show:none" });
    return true;
  }

  /* The drawer shows something else than this move: the ghost has gone. While it shows the move, the ghost stays. */
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "drawer" || !ghost) return;
    const drawer = document.getElementById("drawer");
    if (!drawer.hasAttribute("data-mover") || drawer.dataset.visit !== ghost.id) return drop();
    const settled = ghost;
    ghost = null; /* keys belong to the form now; the shade stays until the drawer closes */
    document.addEventListener("htmx:afterSettle", () => {
      settled.shade.remove();
      settled.item.classList.remove("is-moving");
    }, { once: true });
  });

  /* ---- the pointer ---- */
  view.addEventListener("pointerdown", (event) => {
    const item = event.button === 0 && event.pointerType !== "touch" && event.target.closest(".visit.is-expected");
    pressed = item ? { item, x: event.clientX, y: event.clientY } : null;
  });
  view.addEventListener("dragstart", (event) => event.target.closest(".day") && event.preventDefault());

  document.addEventListener("pointermove", (event) => {
    if (!pressed) return;
    if (!ghost && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < FAR) return;
    if (!ghost) {
      take(pressed.item);
      ghost.grab = rowAt(pressed.item.parentElement, pressed.y) - ghost.row;
      document.body.classList.add("drags");
    }
    const column = columnAt(event.clientX);
    carry(column - ghost.column, rowAt(lists()[column], event.clientY) - ghost.grab - ghost.row);
  });

  document.addEventListener("pointerup", () => {
    const dropped = pressed && ghost;
    pressed = null;
    document.body.classList.remove("drags");
    if (!dropped) return;
    /* the click that ends the drag opens nothing */
    const still = (event) => { event.preventDefault(); event.stopPropagation(); };
    view.addEventListener("click", still, { capture: true, once: true });
    setTimeout(() => view.removeEventListener("click", still, { capture: true }), 0);
    preview();
  });
  document.addEventListener("pointercancel", () => { pressed = null; drop(); document.body.classList.remove("drags"); });

  function rowAt(list, y) {
    const box = list.getBoundingClientRect();
    return Math.floor((y - box.top) / (box.height / rows())) + 1;
  }

  function columnAt(x) {
    const boxes = lists().map((list) => list.getBoundingClientRect());
    const inside = boxes.findIndex((box) => x >= box.left && x < box.right);
    if (inside >= 0) return inside;
    return x < boxes[0].left ? 0 : boxes.length - 1;
  }
})();
