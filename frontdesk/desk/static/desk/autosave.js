/* Every field saves as it is typed.

   <form data-autosave="/requests/7/field">: a change of any named field is posted to that address, alone, with the form
   token and the header X-Autosave: 1. One request a form at a time, so an older answer never comes after a newer one.
   The server answers 200 with the header X-Saved-At (its time, HH:MM:SS) and any HTML fragments to put in place
   (hx-swap-oob="true"), or 4xx with fragments that say what is wrong. Nothing but X-Saved-At counts as saved.

   <span class="saved" data-saved-for="name"> shows the state of one field; [data-saved-last] shows the time of the last
   save. While the line is lost everything stays in its field and is sent again until it is saved. A field with its own
   hx-post, or with data-autosave-off, is left alone. */
(function () {
  "use strict";
  const PAUSE = 400;     /* ms without a key before a field is sent */
  const LONGEST = 2000;  /* ms after which it is sent although the typing goes on */
  const RETRY = 3000;
  const PATIENCE = 10000;
  const KEEPALIVE = 60000; /* bytes; browsers refuse more than 64 KiB in a request that outlives its page */
  const Frontdesk = (window.Frontdesk = window.Frontdesk || {});
  const forms = new Map();
  let shownAt = 0;       /* when the last answer was put in place */

  function entryOf(form, name) {
    if (!forms.has(form)) forms.set(form, { fields: new Map(), sent: new Map(), busy: false, retry: 0 });
    const fields = forms.get(form).fields;
    if (!fields.has(name)) fields.set(name, { name, since: Date.now(), version: 0, ready: false, timer: 0, inFlight: 0 });
    return fields.get(name);
  }

  function valuesOf(form, name) {
    const values = new FormData(form).getAll(name).filter((value) => typeof value === "string");
    return values.length ? values : [""];
  }

  function touch(form, name, atOnce) {
    const before = forms.get(form);
    const same = before && before.sent.get(name) === valuesOf(form, name).join("\n");
    if (same && !before.fields.has(name)) return;
    const entry = entryOf(form, name);
    entry.version += 1;
    clearTimeout(entry.timer);
    const wait = atOnce ? 0 : Math.max(0, Math.min(PAUSE, entry.since + LONGEST - Date.now()));
    entry.timer = setTimeout(() => ready(form, entry), wait);
  }

  function ready(form, entry) {
    entry.ready = true;
    pump(form);
  }

  async function pump(form) {
    const state = forms.get(form);
    if (!state || state.busy) return;
    const entry = Array.from(state.fields.values()).find((one) => one.ready);
    if (!entry) return;
    state.busy = true;
    entry.ready = false;
    entry.inFlight = entry.version;
    const slow = setTimeout(() => mark(form, entry.name, "saving", "Saving…"), 300);
    const outcome = await post(form, entry.name);
    clearTimeout(slow);
    state.busy = false;
    settle(form, state, entry, outcome);
    pump(form);
  }

  function settle(form, state, entry, outcome) {
    const newest = entry.inFlight === entry.version;
    entry.inFlight = 0;
    if (outcome.kind === "lost") return again(form, state, entry, outcome.words);
    state.sent.set(entry.name, outcome.sent);
    if (newest) {
      clearTimeout(entry.timer);
      state.fields.delete(entry.name);
    } else entry.since = Date.now();
    flag(form, entry.name, outcome.kind === "refused");
    if (outcome.kind === "refused") mark(form, entry.name, "lost", "Not saved");
    else mark(form, entry.name, "saved", "Saved " + outcome.at);
    if (outcome.html && window.htmx) show(outcome.html);
  }

  function show(html) {
    shownAt = performance.now();
    window.htmx.swap(document.body, html, { swapStyle: "none", swapDelay: 0, settleDelay: 0 });
  }

  function again(form, state, entry, words) {
    mark(form, entry.name, "lost", words || "Not saved: kept here");
    clearTimeout(state.retry);
    state.retry = setTimeout(() => state.fields.forEach((one) => ready(form, one)), RETRY);
  }

  /* -> {kind: "saved", at, html, sent} | {kind: "refused", html, sent} | {kind: "lost", words} */
  async function post(form, name) {
    const values = valuesOf(form, name);
    try {
      const answer = await request(form, name, values, AbortSignal.timeout(PATIENCE));
      if (Frontdesk.line.isDown(answer.status)) return lost();
      Frontdesk.line.heard(answer.headers.get("Date"));
      const html = await answer.text();
      const at = answer.headers.get("X-Saved-At");
      if (at) Frontdesk.line.backIn();
      if (at) return { kind: "saved", at, html, sent: values.join("\n") };
      if (Frontdesk.isLogin(html) || answer.status === 401) return loggedOut();
      if (answer.status === 403 && !answer.headers.has("X-Refused")) return await renew();
      if (answer.status < 400 || answer.status >= 500) return { kind: "lost" };
      if (Frontdesk.isPage(html)) Frontdesk.takePage(html);
      return { kind: "refused", html: Frontdesk.isPage(html) ? "" : html, sent: values.join("\n") };
    } catch {
      return lost();
    }
  }

  function request(form, name, values, signal) {
    const data = new URLSearchParams();
    values.forEach((value) => data.append(name, value));
    const headers = { "X-Autosave": "1", "X-CSRFToken": token(), "HX-Request": "true" };
    const keepalive = data.toString().length < KEEPALIVE;
    return fetch(form.dataset.autosave, { method: "POST", body: data, headers, keepalive, signal });
  }

  function lost() {
    Frontdesk.line.failed();
    return { kind: "lost" };
  }

  function loggedOut() {
    Frontdesk.line.out();
    return { kind: "lost", words: "Not saved: log in again" };
  }

  function token() {
    return JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
  }

  /* Refused: perhaps the same person logged in again in another tab and the form token is an old one. Take the new one,
     but only for the same person: what she typed must not be recorded as somebody else's. */
  async function renew() {
    const page = new DOMParser().parseFromString(await (await fetch(document.body.dataset.home)).text(), "text/html").body;
    if (page.dataset.user !== document.body.dataset.user) return loggedOut();
    const headers = page.getAttribute("hx-headers");
    if (headers === document.body.getAttribute("hx-headers")) return { kind: "lost" };
    document.body.setAttribute("hx-headers", headers);
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => (field.value = token()));
    return { kind: "lost" };
  }

  /* what the person sees */
  function mark(form, name, state, words) {
    form.querySelectorAll(`[data-saved-for="${CSS.escape(name)}"]`).forEach((span) => {
      span.dataset.state = state;
      const icon = { saved: "check", saving: "waiting", lost: "warn" }[state];
      span.innerHTML = `<svg class="i" aria-hidden="true"><use href="${Frontdesk.icon(icon)}"/></svg>`;
      span.append(words);
    });
    if (state !== "saved") return;
    document.querySelectorAll("[data-saved-last]").forEach((last) => (last.textContent = words.replace("Saved ", "")));
  }

  function flag(form, name, bad) {
    Array.from(form.elements).filter((field) => field.name === name).forEach((field) => {
      if (bad) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
      const box = field.closest(".field");
      if (box) box.classList.toggle("bad", bad);
    });
  }

  function unsaved() {
    return Array.from(forms).flatMap(([form, state]) => Array.from(state.fields.values(), (entry) => ({ form, entry })));
  }

  /* Send everything now; resolves when all is saved, or after `patience` ms. */
  async function flush(patience) {
    const until = Date.now() + patience;
    unsaved().forEach(({ form, entry }) => entry.inFlight !== entry.version && ready(form, entry));
    while (unsaved().length && Date.now() < until) await new Promise((done) => setTimeout(done, 30));
  }

  /* Is a field inside `element` waiting to be saved? */
  function holds(element) {
    return unsaved().some(({ form, entry }) =>
      Array.from(form.elements).some((field) => field.name === entry.name && element.contains(field)));
  }

  function fieldOf(event) {
    const field = event.target;
    const form = field.form;
    const mine = form && form.dataset.autosave && field.name && field.name !== "csrfmiddlewaretoken" && field.type !== "file";
    return mine && !field.closest("[hx-post], [data-autosave-off]") ? field : null;
  }

  document.addEventListener("input", (event) => {
    const field = fieldOf(event);
    if (field) touch(field.form, field.name, field.matches("select, [type=checkbox]"));
  });
  /* Arrow keys walk over a group of radios and check each one on the way: only where they rest is meant. */
  document.addEventListener("change", (event) => {
    const field = fieldOf(event);
    if (field) touch(field.form, field.name, field.type !== "radio");
  });
  document.addEventListener("focusout", (event) => {
    const field = fieldOf(event);
    const state = field && forms.get(field.form);
    const entry = state && state.fields.get(field.name);
    if (entry && entry.inFlight !== entry.version) ready(field.form, entry);
  });

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /* Another form's step must see what was typed before it: save first, then send it. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.autosave) forms.delete(form);   /* a whole form that is sent carries all its fields */
    if (form.dataset.waits && !form.dataset.flushed) return stop(event);   /* pressed twice: it is on its way */
    if (!unsaved().length || form.dataset.flushed || form.method !== "post") return;
    stop(event);
    const submitter = event.submitter;
    form.dataset.waits = "1";   /* stays on the page as it is, whatever the answers to the saving would put in its place */
    flush(2000).then(() => {
      form.dataset.flushed = "1";
      form.requestSubmit(submitter);
      delete form.dataset.flushed;
      delete form.dataset.waits;
    });
  }, true);

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) unsaved().forEach(({ form, entry }) => entry.inFlight !== entry.version && ready(form, entry));
  });
  window.addEventListener("pagehide", () => {
    unsaved().forEach(({ form, entry }) => {
      if (entry.inFlight !== entry.version) request(form, entry.name, valuesOf(form, entry.name)).catch(() => {});
    });
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved().length && Frontdesk.line.state() !== "live") event.preventDefault();
  });
  Frontdesk.line.onBack(() => unsaved().forEach(({ form, entry }) => ready(form, entry)));
  Frontdesk.autosave = { flush, holds, unsaved: () => unsaved().length, shownAt: () => shownAt };
})();
