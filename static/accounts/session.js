// Warns before the session ends, and keeps what is typed in this tab until it is saved.
// Set up by templates/accounts/_session_dialog.html through data-* attributes.
// Typed text is kept in sessionStorage: this tab only, per person and form (the address it is sent to); passwords never.
// Forms marked data-keep are long work: theirs is kept in localStorage, which outlives the tab, until it is saved
// or the person logs out. Their page says `typed:saved` when it has saved by itself; where it shows what was
// typed in another way (data-typed-shown) nothing is offered.
"use strict";

(() => {
  const SUBMITTED = "submitted-form";
  const SECRET = /password|passwd|secret|token|credential|otp|csrf/i;
  const KEPT_TYPES = new Set(["text", "search", "url", "tel", "email", "number", "date", "month", "time", "textarea"]);

  // The page that hands text back after a refusal: the form was sent, but nothing was saved.
  if (document.querySelector("[data-refused]")) {
    forget(SUBMITTED);
  }
  const keeper = document.getElementById("session-keeper");
  if (!keeper) {
    return;
  }

  // ── Storage that may be full or forbidden ────────────────────────────────
  function storages() {
    return ["sessionStorage", "localStorage"].flatMap((name) => {
      try {
        return [window[name]];
      } catch {
        return [];
      }
    });
  }
  function read(key) {
    for (const storage of storages()) {
      try {
        const text = storage.getItem(key);
        if (text !== null) {
          return JSON.parse(text);
        }
      } catch {
        // Nothing is read then.
      }
    }
    return null;
  }
  function write(key, value, name = "sessionStorage") {
    try {
      window[name].setItem(key, JSON.stringify(value));
    } catch {
      // Nothing is kept then; the warning before the end still comes.
    }
  }
  function forget(key) {
    for (const storage of storages()) {
      try {
        storage.removeItem(key);
      } catch {
        // As above.
      }
    }
  }
  function typedKeys() {
    return storages().flatMap((storage) => Object.keys(storage).filter((key) => key.startsWith("typed:")));
  }
  function forgetTexts(mayStay) {
    for (const key of typedKeys()) {
      if (!mayStay(key)) {
        forget(key);
      }
    }
  }

  // ── The end of the session ───────────────────────────────────────────────
  const warning = document.getElementById("session-warning");
  const ended = document.getElementById("session-ended");
  const minutes = warning.querySelector("[data-minutes]");
  const warnAt = Number(keeper.dataset.warningSeconds) * 1000;
  let endsAt = 0;
  let asking = false;

  function lasts(seconds) {
    endsAt = Date.now() + seconds * 1000;
  }

  function show(dialog) {
    for (const other of [warning, ended]) {
      if (other !== dialog && other.open) {
        other.close();
      }
    }
    if (!dialog.open) {
      dialog.showModal();
    }
  }

  function tell() {
    const left = endsAt - Date.now();
    if (left <= 0) {
      show(ended);
      return;
    }
    const text = left > 60000 ? `${Math.ceil(left / 60000)}分` : "1分以内";
    if (minutes.textContent !== text) {
      minutes.textContent = text;
    }
    show(warning);
  }

  async function ask(options) {
    const response = await fetch(keeper.dataset.sessionUrl, { credentials: "same-origin", cache: "no-store", ...options });
    if (!response.ok) {
      return 0;
    }
    return (await response.json()).seconds;
  }

  // Another tab may have prolonged the session: ask before frightening anybody.
  async function watch() {
    if (ended.open || asking || endsAt - Date.now() > warnAt) {
      return;
    }
    if (!warning.open || endsAt <= Date.now()) {
      asking = true;
      try {
        lasts(await ask({ method: "GET" }));
      } catch {
        // The network is away: the own clock decides.
      } finally {
        asking = false;
      }
    }
    if (endsAt - Date.now() > warnAt) {
      warning.close();
    } else {
      tell();
    }
  }

  async function keepOn(form) {
    try {
      lasts(await ask({ method: "POST", body: new FormData(form) }));
    } catch {
      return; // still in the warning; the button can be pressed again
    }
    if (endsAt > Date.now()) {
      warning.close();
    } else {
      show(ended);
    }
  }

  warning.querySelector("[data-session-action=keep]").addEventListener("submit", (event) => {
    event.preventDefault();
    keepOn(event.target);
  });
  // Esc means "I am here": the safe choice, never the log-out.
  warning.addEventListener("cancel", (event) => {
    event.preventDefault();
    keepOn(warning.querySelector("[data-session-action=keep]"));
  });
  ended.querySelector("[data-close]").addEventListener("click", () => {
    ended.close();
    endsAt = Infinity; // asked once is enough; saving shows the text again if it is refused
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      watch();
    }
  });
  document.addEventListener("submit", (event) => {
    if ((event.target.getAttribute("action") ?? "").includes("/logout/")) {
      forgetTexts(() => false);
    }
  });
  lasts(Number(keeper.dataset.secondsLeft));
  setInterval(watch, 1000);

  // ── Typed text ───────────────────────────────────────────────────────────
  const person = `typed:${keeper.dataset.user}:`;
  forgetTexts((key) => key.startsWith(person));
  // Every save that succeeds answers with a redirect; an error shows the form again without one, at the address it was
  // sent to. What was sent and refused is forgotten with the save that follows there.
  const arrival = performance.getEntriesByType("navigation")[0];
  const sent = read(SUBMITTED);
  const isSaved = arrival?.type === "navigate" && arrival.redirectCount > 0;
  const refused = !isSaved && sent?.to === location.pathname ? sent.keys : [];
  if (isSaved) {
    sent?.keys?.forEach(forget);
  }
  forget(SUBMITTED);
  if (location.pathname.startsWith("/accounts/")) {
    return;
  }
  const isShown = document.querySelector("[data-typed-shown]") !== null;

  function tab() {
    const id = read("tab") ?? Math.random().toString(36).slice(2);
    write("tab", id);
    return id;
  }
  function pathOf(address) {
    return new URL(address || location.href, location.href).pathname;
  }
  function isLong(form) {
    return form.hasAttribute("data-keep");
  }
  function formKey(form) {
    return person + pathOf(form.getAttribute("action"));
  }
  // Several tabs may work long on one form: each keeps its own.
  function keyOf(form) {
    return isLong(form) || isShown ? `${formKey(form)}#${tab()}` : formKey(form);
  }
  function isKept(control) {
    return (
      (KEPT_TYPES.has(control.type) || (control.type === "radio" && control.form?.hasAttribute("data-keep"))) && control.name && !control.readOnly && !control.disabled &&
      !SECRET.test(control.name) && control.autocomplete !== "one-time-code" &&
      control.form?.getAttribute("method")?.toLowerCase() === "post"
    );
  }
  function controls(form) {
    const seen = new Map();
    const named = new Map();
    for (const control of form.querySelectorAll("input, textarea")) {
      if (isKept(control)) {
        const count = seen.get(control.name) ?? 0;
        seen.set(control.name, count + 1);
        named.set(`${control.name}#${count}`, control);
      }
    }
    return named;
  }

  function isChanged(control) {
    return control.type === "radio" ? control.checked && !control.defaultChecked : control.value !== control.defaultValue;
  }
  function holds(control, text) {
    return control.type === "radio" ? control.checked : control.value.trim() === text.trim();
  }
  function put(control, text) {
    if (control.type === "radio") {
      control.checked = true;
    } else {
      control.value = text;
    }
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const timers = new Map(); // of the forms with text that is not kept yet
  function keepText(form) {
    clearTimeout(timers.get(form));
    timers.delete(form);
    const key = keyOf(form);
    const texts = {};
    for (const [name, control] of controls(form)) {
      if (isChanged(control)) {
        texts[name] = control.value;
      }
    }
    if (!Object.keys(texts).length) {
      forget(key);
    } else if (isLong(form)) {
      write(key, { at: Date.now(), version: form.elements.version?.value, texts }, "localStorage");
    } else {
      write(key, texts);
    }
  }

  // What was kept for this form, the newest first: {form, key, texts, version}.
  function copies(form) {
    if (!isLong(form)) {
      const key = keyOf(form);
      const texts = controls(form).size ? read(key) : null;
      return texts ? [{ form, key, texts }] : [];
    }
    return typedKeys()
      .filter((key) => key.startsWith(`${formKey(form)}#`))
      .map((key) => ({ ...read(key), form, key }))
      .filter((copy) => copy.texts)
      .sort((a, b) => b.at - a.at);
  }

  function offer(copy) {
    const { form, texts } = copy;
    const { version } = form.elements;
    const region = document.getElementById("session-restore");
    const named = controls(form);
    const differing = Object.keys(texts).filter((name) => !named.has(name) || !holds(named.get(name), texts[name]));
    if (!differing.length) {
      forget(copy.key);
      return false;
    }
    (document.querySelector("main") ?? document.body).prepend(region);
    region.hidden = false;
    region.querySelector("[data-discard]").addEventListener("click", () => {
      forget(copy.key);
      region.remove();
    });
    region.querySelector("[data-restore]").addEventListener("click", () => {
      const restored = differing.filter((name) => named.has(name));
      // Typed over an older text: the save must meet what was saved since, not overwrite it.
      if (version && copy.version) {
        version.value = copy.version;
      }
      for (const name of restored) {
        put(named.get(name), texts[name]);
      }
      if (copy.key !== keyOf(form)) {
        forget(copy.key);
        keepText(form);
      }
      const homeless = differing.filter((name) => !named.has(name)).map((name) => texts[name]);
      showHomeless(region, homeless);
      named.get(restored[0])?.focus();
    });
    return true;
  }

  // Text of rows that were added by hand and are not on the page now: to copy.
  function showHomeless(region, texts) {
    region.querySelector(".button-row").remove();
    if (!texts.length) {
      region.remove();
      return;
    }
    region.querySelector(".notice-title").textContent = "元の入力欄がない文章です。コピーして使ってください。";
    for (const text of texts) {
      const area = document.createElement("textarea");
      area.readOnly = true;
      area.value = text;
      area.setAttribute("aria-label", "元の入力欄がない文章");
      region.querySelector(".notice-body").append(area);
    }
  }

  // Before anything is typed here: typing would replace what was kept.
  // The later pages of an operation in steps (data-carried) carry what was typed in their own form.
  if (!isShown && !document.querySelector("[data-carried]")) {
    [...document.querySelectorAll("form[method=post]")].flatMap(copies).some(offer);
  }
  document.addEventListener("typed:saved", () => document.querySelectorAll("form[data-keep]").forEach(keepText));
  document.addEventListener("input", (event) => {
    const { form } = event.target;
    if (isKept(event.target)) {
      clearTimeout(timers.get(form));
      timers.set(form, setTimeout(keepText, 300, form));
    }
  });
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (form.getAttribute("method")?.toLowerCase() === "post" && !form.closest("dialog") && !event.defaultPrevented) {
      [...timers.keys()].filter((other) => other !== form).forEach(keepText);
      clearTimeout(timers.get(form));
      if (!(form.getAttribute("action") ?? "").includes("/logout/")) {
        if (!isShown) {
          keepText(form);
        }
        const to = pathOf(submitter?.getAttribute("formaction") ?? form.getAttribute("action"));
        const isSentAgain = to === location.pathname;
        write(SUBMITTED, { keys: [...(isSentAgain ? refused : []), keyOf(form)], to });
      }
    }
  });
})();
