/* Small manners of the desk: forms are sent once, dialogs and menus open and close, the chosen visit is in view. */
(function () {
  "use strict";
  const AGAIN = 10000;
  const sending = new WeakSet();

  /* A form that posts is sent once. A form with data-repeat (a download) may be sent again. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (sending.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const byHtmx = form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]");
    if ((event.defaultPrevented && !byHtmx) || form.method !== "post" || form.hasAttribute("data-repeat")) return;
    sending.add(form);
    /* after the event, so that the button's own name and value are sent too */
    setTimeout(() => buttons(form).forEach((button) => (button.disabled = !byHtmx)), 0);
    setTimeout(() => free(form), AGAIN);
  });

  function buttons(form) {
    return Array.from(form.elements).filter((element) => element.type === "submit" && (!element.disabled || element.dataset.sent));
  }

  function free(form) {
    if (!sending.has(form)) return;
    sending.delete(form);
    Array.from(form.elements).forEach((element) => {
      if (element.type === "submit") element.disabled = false;
    });
  }

  window.addEventListener("pageshow", () => Array.from(document.forms).forEach(free));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form");
    if (form) free(form);
  });

  /* <button data-opens="id"> opens that dialog; <button data-closes> closes the one it stands in */
  document.querySelectorAll("[data-opens]").forEach((button) => (button.hidden = false));
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) open(document.getElementById(opener.dataset.opens));
    const closer = event.target.closest("[data-closes]");
    if (closer) closer.closest("dialog").close();
    if (event.target.matches("dialog[open]")) event.target.close();
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target) || opener) menu.open = false;
    });
  });

  function open(dialog) {
    if (!dialog || dialog.open) return;
    dialog.dispatchEvent(new CustomEvent("frontdesk:opened", { bubbles: true }));
    dialog.showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  /* In a day that is wider than the window, bring the chosen visit into view; the page itself stays where it is. */
  const chosen = document.querySelector(".day .visit a[aria-current]");
  if (chosen) {
    const day = chosen.closest(".day");
    const visit = chosen.getBoundingClientRect();
    const frame = day.getBoundingClientRect();
    if (visit.right > frame.right) day.scrollLeft += visit.right - frame.right + 16;
    if (visit.bottom > frame.bottom) day.scrollTop += visit.bottom - frame.bottom + 16;
  }
  /* The page one is on, in the rail, and the call one is in, in the strip: in view where there are more than fit. */
  document.querySelectorAll(".rail [aria-current], .strip [aria-current]").forEach((link) => {
    const list = link.closest("ul, ol");
    if (list.scrollWidth <= list.clientWidth) return;
    const [at, frame] = [link.getBoundingClientRect(), list.getBoundingClientRect()];
    list.scrollLeft += at.left + at.width / 2 - frame.left - frame.width / 2;
  });
})();
