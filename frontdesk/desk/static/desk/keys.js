/* Keys. Any element with data-key is clicked (a form is submitted, a field gets the focus) when its key is pressed
   outside of text fields and without Ctrl, Alt or Meta.

   data-key="n"         one key           data-key="g 1"  two keys, one after the other       data-key="Enter"
   data-row="42"        a row of a list: j and k walk over the rows, Enter opens the row's [data-open]; keys inside a row
                        work only while the focus is in that row
   data-scope           any other region whose keys work only while the focus is in it; an open dialog is one too
   In a text field: Escape leaves it, so that the keys work again; Ctrl+Enter submits its form, and in a list of a form
   that only asks (method get) Enter alone does. */
(function () {
  "use strict";
  const TYPED = "textarea, select, [contenteditable], " +
    "input:not([type=radio], [type=checkbox], [type=button], [type=submit], [type=reset], [type=file])";
  const ASKED = "form[method=get] select"; /* in a form that only asks, Enter sends it from a list as from a text field */
  const ACTIVE = "a[href], button, summary, [role=button]";
  const SCOPE = "dialog[open], [data-scope], [data-row]";
  const SEQUENCE = 1500;
  let first = "";
  let firstAt = 0;

  function isUsable(element) {
    const off = element.disabled || element.getAttribute("aria-disabled") === "true";
    return !off && element.checkVisibility({ visibilityProperty: true });
  }

  function scopeOf(element) {
    return element.parentElement && element.parentElement.closest(SCOPE);
  }

  /* The element that `key` means when the focus is in `from`: the innermost scope first, then outwards to the page. */
  function find(key, from) {
    const dialog = document.querySelector("dialog[open]");
    const matches = Array.from(document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)).filter(isUsable);
    let scope = from.closest ? from.closest(SCOPE) : null;
    if (dialog && !dialog.contains(scope)) scope = dialog;
    for (;;) {
      const found = matches.find((element) => scopeOf(element) === scope);
      if (found || !scope || scope === dialog) return found;
      scope = scopeOf(scope);
    }
  }

  function use(element) {
    if (element.matches("form")) element.requestSubmit();
    else if (element.matches(TYPED)) {
      element.focus();
      if (element.select) element.select();
    } else {
      element.click();
      if (element.matches("summary")) element.focus(); /* what it opened is the next stop of Tab */
    }
  }

  function walk(step) {
    const rows = Array.from(document.querySelectorAll("[data-row]")).filter((row) => row.checkVisibility());
    if (!rows.length) return false;
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, here + step));
    const link = rows[next].querySelector("[data-open]") || rows[next].querySelector(ACTIVE);
    if (!link) return false;
    link.focus({ preventScroll: true });
    rows[next].scrollIntoView({ block: "nearest" });
    return true;
  }

  function inTyped(event) {
    const field = event.target;
    if (event.key === "Escape") field.blur();
    else if (event.key === "Enter" && field.form && (event.ctrlKey || event.metaKey || field.matches(ASKED))) {
      event.preventDefault();
      field.form.requestSubmit(field.form.querySelector("[type=submit]:not([disabled]), button:not([type]):not([disabled])"));
    }
  }

  function act(event, key) {
    const element = find(key, event.target);
    if (!element) return false;
    event.preventDefault();
    use(element);
    return true;
  }

  function hasSequence(key) {
    return Boolean(document.querySelector(`[data-key^="${CSS.escape(key)} "]`));
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.target.matches && event.target.matches(TYPED)) return inTyped(event);
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && !"jk".includes(event.key)) return;
    const key = event.key;
    if ((key === "Enter" || key === " ") && event.target.matches && event.target.matches(ACTIVE)) return;
    const pair = first && Date.now() - firstAt < SEQUENCE ? first + " " + key : "";
    first = "";
    if (pair && act(event, pair)) return;
    if (hasSequence(key)) {
      first = key;
      firstAt = Date.now();
      return;
    }
    if (act(event, key)) return;
    if ((key === "j" || key === "k") && walk(key === "j" ? 1 : -1)) event.preventDefault();
  });

  /* The words for one key in the help: data-key-label, or what the element says of itself. */
  function label(element) {
    const said = element.dataset.keyLabel || element.getAttribute("aria-label");
    if (said) return said;
    const copy = ((element.labels && element.labels[0]) || element).cloneNode(true);
    copy.querySelectorAll("kbd, svg, .saved").forEach((part) => part.remove());
    return copy.textContent.replace(/\s+/g, " ").trim();
  }

  function line(keys, words) {
    const term = document.createElement("dt");
    keys.split(" ").forEach((key) => {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(cap, " ");
    });
    const text = document.createElement("dd");
    text.textContent = words;
    return [term, text];
  }

  /* Fill the key help with what this page offers now; each key once. */
  function fillHelp(list) {
    const seen = new Map();
    document.querySelectorAll("main [data-key]").forEach((element) => {
      if (isUsable(element) && !seen.has(element.dataset.key)) seen.set(element.dataset.key, label(element));
    });
    list.replaceChildren(...Array.from(seen).flatMap(([keys, words]) => line(keys, words)));
    list.closest("section").hidden = seen.size === 0;
  }

  function tellShortcuts(root) {
    root.querySelectorAll("[data-key]").forEach((element) => {
      if (!element.matches("form")) element.setAttribute("aria-keyshortcuts", element.dataset.key);
    });
  }

  tellShortcuts(document);
  document.addEventListener("htmx:afterSettle", (event) => tellShortcuts(event.target));
  document.addEventListener("frontdesk:opened", (event) => {
    const list = event.target.querySelector("[data-keys-here]");
    if (list) fillHelp(list);
  });
})();
