/* What other desks did, shown without taking anything from the person who works here.

   data-poll    on an element with hx-get and hx-trigger="every 3s": asks only while the tab is seen; the request carries
                X-Poll: 1, so that the server need not count it as work of the user. An unchanged answer changes nothing.
   data-still   on a list: while the pointer is over it or the focus in it, a new answer waits; [data-still-show] (a
                button, hidden until then) shows it.
   data-seen    on the hidden field that tells a poll what the page shows: emptied when a fragment had to be left out
   data-force   on a fragment: replace even the field that is being typed in. Without it such a fragment is left out. */
(function () {
  "use strict";
  const TYPED = "input:not([type=radio], [type=checkbox], [type=button], [type=submit], [type=hidden]), textarea, select";
  const Frontdesk = (window.Frontdesk = window.Frontdesk || {});
  let shown = new WeakMap();
  const waiting = new Map();
  const askedAt = new WeakMap();

  /* Does `element` hold a field that is being typed in, or whose text is not saved yet, or a form that is about to go? */
  function isBusy(element) {
    const field = document.activeElement;
    if (field && field.matches(TYPED) && element.contains(field)) return true;
    if (element.querySelector("form[data-waits]")) return true;
    return Boolean(Frontdesk.autosave && Frontdesk.autosave.holds(element));
  }

  /* Was the answer to this poll asked for before a save put newer things in place? The next poll brings the rest. */
  function isOlder(elt) {
    return Boolean(Frontdesk.autosave && Frontdesk.autosave.shownAt() > (askedAt.get(elt) || 0));
  }

  function isForced(fragment) {
    return Boolean((fragment.matches && fragment.matches("[data-force]")) || fragment.querySelector("[data-force]"));
  }

  /* Two answers say the same if they differ only in form tokens and in clocks that run by themselves. */
  function meaning(html) {
    return html
      .replace(/(name="csrfmiddlewaretoken" value=")[^"]*/g, "$1")
      .replace(/(<time[^>]*data-)(since|until)([^>]*>)[^<]*/g, "$1$2$3")
      .replace(/<time[^>]*data-seconds[^>]*>[^<]*/g, "");
  }

  function isWatched(list) {
    return list.matches(":hover") || list.contains(document.activeElement);
  }

  function showWaiting(list) {
    const { target, html, swapStyle } = waiting.get(list);
    waiting.delete(list);
    button(list, true);
    const row = document.activeElement && document.activeElement.closest("[data-row]");
    window.htmx.swap(target, html, { swapStyle, settleDelay: 0, swapDelay: 0 });
    if (row) refocus(row.dataset.row);
  }

  function button(list, hidden) {
    const scope = list.closest("section, main") || document;
    scope.querySelectorAll("[data-still-show]").forEach((element) => (element.hidden = hidden));
  }

  function refocus(name) {
    const row = document.querySelector(`[data-row="${CSS.escape(name)}"]`);
    const link = row && row.querySelector("[data-open]");
    if (link) link.focus({ preventScroll: true });
  }

  function swapStyleOf(element) {
    const holder = element.closest("[hx-swap]");
    return (holder && holder.getAttribute("hx-swap").split(" ")[0]) || "innerHTML";
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.hasAttribute("data-poll") && document.hidden) event.preventDefault();
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.hasAttribute("data-poll")) return;
    event.detail.headers["X-Poll"] = "1";
    askedAt.set(event.detail.elt, performance.now());
  });

  /* A whole page came where a fragment was asked for: the log-in page, or a refusal, whose sentence is shown. */
  function takePage(html) {
    if (Frontdesk.isLogin(html)) return Frontdesk.line.out();
    const page = new DOMParser().parseFromString(html, "text/html");
    const sentence = page.querySelector("[data-sentence], .refuse.stop strong");
    return notice(sentence ? sentence.textContent.trim() : "This step failed on our side. Nothing was changed by it.");
  }

  function notice(sentence) {
    const place = document.getElementById("notices");
    const text = document.createElement("p");
    text.className = "notice bad";
    text.setAttribute("role", "alert");
    text.innerHTML = `<svg class="i" aria-hidden="true"><use href="${Frontdesk.icon("fail")}"/></svg><span></span>`;
    text.querySelector("span").textContent = sentence;
    const same = Array.from(place.children).find((one) => one.textContent.trim() === sentence);
    if (same) same.remove();
    place.append(text);
    place.scrollIntoView({ block: "nearest" });
  }

  const isPage = (html) => /^\s*<!doctype/i.test(html);
  Frontdesk.isPage = isPage;
  Frontdesk.takePage = takePage;

  document.addEventListener("htmx:beforeSwap", (event) => {
    const detail = event.detail;
    const html = detail.serverResponse || "";
    if (isPage(html) && detail.target !== document.body) {
      detail.shouldSwap = false;
      if (!detail.requestConfig.elt.hasAttribute("data-poll") || Frontdesk.isLogin(html)) takePage(html);
      return;
    }
    const elt = detail.requestConfig.elt;
    if (!elt.hasAttribute("data-poll") || !detail.shouldSwap) return;
    Frontdesk.line.backIn();
    const text = meaning(html);
    if (shown.get(elt) === text || isBusy(detail.target) || isOlder(elt)) {
      detail.shouldSwap = false;
      return;
    }
    shown.set(elt, text);
    const list = detail.target.closest("[data-still]");
    if (list && isWatched(list)) {
      detail.shouldSwap = false;
      waiting.set(list, { target: detail.target, html, swapStyle: swapStyleOf(elt) });
      button(list, false);
    }
  });

  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (!isBusy(target) || isForced(fragment)) return;
    event.detail.shouldSwap = false;
    setTimeout(askAgain, 0);
  });

  /* Something was left out because the person is at work in it: forget what was seen, so that the next poll brings it. */
  function askAgain() {
    shown = new WeakMap();
    document.querySelectorAll("[data-seen]").forEach((field) => (field.value = ""));
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-still-show]")) return;
    Array.from(waiting.keys()).forEach(showWaiting);
  });
  setInterval(() => {
    Array.from(waiting.keys()).filter((list) => !isWatched(list)).forEach(showWaiting);
  }, 500);
})();
