// The page of one 調書: saves while it is being filled in, shows 記入要領 beside the field in focus.
// Everything works without it. Text that could not be sent is kept by accounts/session.js (form[data-keep]).
"use strict";

(() => {
  const TYPING = 2000; // ms after the last key
  const KEPT_ALIVE = 60_000; // bytes
  const REGULARLY = 30000; // ms while something is unsaved
  const WIDE = matchMedia("(min-width: 64rem)");

  // ── Beside the field: only where there are fields to be in; what is read keeps it below each field ───────
  const form = document.getElementById("evaluation-form");
  const items = form ? [...form.querySelectorAll("[data-item]")].filter((item) => item.querySelector("input, textarea")) : [];

  function setCurrent(item) {
    for (const other of items) {
      other.classList.toggle("is-current", other === item);
    }
  }
  function arrange() {
    for (const aid of items.map((item) => item.querySelector("[data-aid]"))) {
      aid.open = WIDE.matches;
      aid.querySelector("summary").tabIndex = WIDE.matches ? -1 : 0;
    }
  }
  document.documentElement.classList.toggle("has-aside", form !== null);
  document.addEventListener("focusin", (event) => {
    const item = event.target.closest("[data-item]");
    if (items.includes(item)) {
      setCurrent(item);
    }
  });
  document.addEventListener("click", (event) => {
    const item = event.target.closest("[data-item]");
    if (items.includes(item) && !event.target.closest("[data-aid]")) {
      setCurrent(item);
    }
  });
  WIDE.addEventListener("change", arrange);
  arrange();
  setCurrent(items[0]);

  // ── What is missing ──────────────────────────────────────────────────────
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-lacking] a, .error-summary a");
    for (const open of document.querySelectorAll("[data-lacking][open]")) {
      if (link || !open.contains(event.target)) {
        open.open = false;
      }
    }
    const target = link && document.getElementById(link.hash.slice(1));
    if (target) {
      event.preventDefault();
      target.scrollIntoView({ block: "center" });
      target.focus({ preventScroll: true });
    }
  });
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && document.querySelector("[data-lacking][open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });

  if (!form) {
    return;
  }

  // ── What is not needed of an action that ends ────────────────────────────
  function followOutlook() {
    const ends = form.querySelector("[data-ends] input:checked") !== null;
    for (const mark of form.querySelectorAll("[data-unless-ended]")) {
      mark.hidden = ends;
    }
  }
  form.addEventListener("input", followOutlook);
  followOutlook();

  // ── What is unsaved: what differs from the value the page, or the last save, has set ─────────────────────
  const version = form.elements.version;
  const controls = [...form.elements].filter((each) => each.name && (each.matches("textarea, input[type=text], input[type=radio]")));

  function isUnsaved(control) {
    return control.type === "radio" ? control.checked && !control.defaultChecked : control.value !== control.defaultValue;
  }
  function unsaved() {
    return controls.filter(isUnsaved);
  }
  function settle(sent, errors) {
    for (const [control, value] of sent) {
      if (control.name in errors) {
        continue;
      }
      if (control.type === "radio") {
        for (const other of controls.filter((each) => each.name === control.name)) {
          other.defaultChecked = other === control;
        }
      } else {
        control.defaultValue = value;
      }
    }
    document.dispatchEvent(new CustomEvent("typed:saved"));
  }

  // ── The status, in words ─────────────────────────────────────────────────
  const status = document.getElementById("save-status");

  function say(text, tone = "") {
    if (status.textContent !== text) {
      status.textContent = text;
    }
    status.dataset.tone = tone;
  }
  function offer(text, label, act) {
    say(`${text}`, "error");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-secondary button-small";
    button.textContent = label;
    button.addEventListener("click", act);
    status.append(" ", button);
  }
  function offerLogin() {
    say("ログインの有効時間が過ぎました。入力はこのパソコンに残しています。ログインしてこの画面に戻ると、自動で保存します。", "error");
    const link = document.createElement("a");
    link.href = form.dataset.loginUrl;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = "ログインする（新しいタブで開きます）";
    status.append(" ", link);
  }
  function showErrors(sent, errors) {
    for (const control of new Set([...sent.map(([each]) => each.name)])) {
      const place = document.getElementById(`error-${control}`);
      const text = errors[control] ?? "";
      if (place && place.textContent !== (text && `＊${text}`)) {
        place.textContent = "";
        if (text) {
          place.append(Object.assign(document.createElement("p"), { textContent: `＊${text}` }));
        }
      }
      for (const each of controls.filter((other) => other.name === control && other.type !== "radio")) {
        if (text) {
          each.setAttribute("aria-invalid", "true");
        } else {
          each.removeAttribute("aria-invalid");
        }
      }
    }
  }
  // The plan on this page is another one from now on, until the page is opened again.
  function tellReplanned() {
    const place = document.getElementById("replanned");
    const link = Object.assign(document.createElement("a"), { href: location.pathname, textContent: "画面を開き直して、計画を確かめる" });
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      await running;
      await save(); // what is typed stands on the page that comes
      location.assign(link.href);
    });
    place.replaceChildren(place.dataset.text, " ", link);
  }
  function renew(data) {
    const open = document.querySelector("[data-lacking]")?.open;
    document.getElementById("lacking").innerHTML = data.lacking;
    const lacking = document.querySelector("[data-lacking]");
    if (lacking && open) {
      lacking.open = true;
    }
    const how = document.querySelector("#suggestion details")?.open;
    document.getElementById("suggestion").innerHTML = data.suggestion;
    const details = document.querySelector("#suggestion details");
    if (details && how) {
      details.open = true;
    }
  }

  // ── Saving ───────────────────────────────────────────────────────────────
  let timer = 0;
  let running = null; // the save that is on its way
  let stopped = false; // nothing can be saved from this page any more
  let signedOut = false;
  let hasNewToken = false; // asked for once after a refusal: a second refusal is not the token's fault

  async function save({ keepalive = false } = {}) {
    clearTimeout(timer);
    if (stopped || running) {
      return running;
    }
    const sent = unsaved().map((control) => [control, control.value]);
    if (!sent.length) {
      return null;
    }
    running = send(sent, keepalive).finally(() => {
      running = null;
    });
    return running;
  }

  async function send(sent, keepalive) {
    const body = new URLSearchParams();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.set("version", version.value);
    body.set("seal", form.elements.seal.value);
    for (const [control, value] of sent) {
      body.set(control.name, value);
    }
    say("保存しています…");
    // Browsers refuse to go on with more than 64 KiB once the page is left: more is sent as ever, while there is time.
    const goesOn = keepalive && String(body).length < KEPT_ALIVE;
    let response;
    try {
      response = await fetch(form.dataset.autosaveUrl, { method: "POST", body, keepalive: goesOn, credentials: "same-origin", redirect: "manual" });
    } catch {
      say("通信できません。入力はこのパソコンに残しています。つながると自動で保存します。", "error");
      return;
    }
    await answered(response, sent);
  }

  async function answered(response, sent) {
    const isJson = (response.headers.get("Content-Type") ?? "").startsWith("application/json");
    if (response.ok && isJson) {
      const data = await response.json();
      signedOut = hasNewToken = false;
      version.value = data.version;
      settle(sent, data.errors);
      showErrors(sent, data.errors);
      renew(data);
      if (data.is_replanned) {
        tellReplanned();
      }
      const wrong = Object.keys(data.errors).filter((name) => name !== "version").length;
      const at = data.saved_at ? `${data.saved_at}に自動で保存しました` : "自動で保存しました";
      say(wrong ? `${at}（読めない入力が${wrong}か所あり、そこは保存していません）` : at, wrong ? "error" : "");
    } else if (response.status === 409 && isJson) {
      stopped = true;
      const { message, offer: label = "両方の内容を見比べる" } = await response.json();
      offer(message, label, () => form.requestSubmit());
    } else if (response.status === 403 && isJson) {
      stopped = true;
      say((await response.json()).message, "error");
    } else if (!hasNewToken && (response.status === 403 || response.type === "opaqueredirect")) {
      await comeBack();
    } else if (response.status === 413) {
      say("文字が多すぎて、保存できませんでした。入力はこの画面に残っています。長い文章を短くすると、もう一度保存します。", "error");
    } else {
      hasNewToken = false;
      say("保存できませんでした。入力はこのパソコンに残しています。しばらくして、もう一度保存します。", "error");
    }
  }

  // After a log-in in another tab the page's token is an old one: ask for a new one, and save.
  async function comeBack() {
    signedOut = true;
    let response = null;
    try {
      response = await fetch(form.dataset.autosaveUrl, { credentials: "same-origin", cache: "no-store", redirect: "manual" });
    } catch {
      // The network is away: the next try comes.
    }
    const isJson = (response?.headers.get("Content-Type") ?? "").startsWith("application/json");
    if (!response?.ok || !isJson) {
      offerLogin();
      return;
    }
    const { user, token } = await response.json();
    if (user !== document.getElementById("session-keeper")?.dataset.user) {
      stopped = true;
      say("別の利用者がログインしています。入力はこのパソコンに残しています。元の利用者でログインし直してください。", "error");
      return;
    }
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) {
      field.value = token;
    }
    signedOut = false;
    hasNewToken = true;
    timer = setTimeout(save, 100);
  }

  form.addEventListener("input", (event) => {
    if (!stopped && controls.includes(event.target)) {
      clearTimeout(timer);
      timer = setTimeout(save, TYPING);
    }
  });
  setInterval(() => {
    if (!signedOut) {
      save();
    }
  }, REGULARLY);
  addEventListener("online", () => save());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      save({ keepalive: true });
    } else if (signedOut) {
      comeBack();
    } else {
      save();
    }
  });
  addEventListener("pagehide", () => save({ keepalive: true }));

  // A save on its way and the form itself must not overtake each other: they would look like two people.
  let leaving = false;
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (leaving || !running) {
      leaving = true;
      stopped = true;
      return;
    }
    event.preventDefault();
    const { submitter } = event;
    running.finally(() => {
      leaving = true;
      stopped = true;
      form.requestSubmit(submitter);
    });
  });
})();
