/**
 * What JavaScript adds to the public pages; everything works without it.
 *
 * - Glossary tooltips: `a.term[data-term]`, explained by the page's own notes (components/print_notes.html).
 * - The contents list follows the reading (`.contents`).
 * - Copy buttons (`button[data-copy]`).
 */

const OPEN_AFTER = 120; // ms of hovering, so that a pointer passing over a paragraph opens nothing
const CLOSE_AFTER = 300; // ms to cross from the term to its tooltip
const MARGIN = 8; // px between tooltip and the edges of the window

/* ── Glossary tooltips (WCAG 1.4.13: dismissable, hoverable, persistent) ───────── */

class TermTooltip {
  constructor() {
    this.term = null; // the link whose tooltip is open
    this.box = null;
    this.timer = 0;
    this.pressed = null; // { term, wasOpen } from pointerdown to click
    this.quiet = false; // focus comes back from the tooltip: do not open again
  }

  static start() {
    const terms = document.querySelectorAll("a.term[data-term]");
    if (!terms.length) return;
    for (const term of terms) describe(term);
    const tooltip = new TermTooltip();
    const on = (type, handler, options) => document.addEventListener(type, handler.bind(tooltip), options);
    on("pointerover", tooltip.over);
    on("pointerout", tooltip.out);
    on("focusin", tooltip.focused);
    on("focusout", tooltip.blurred);
    on("pointerdown", tooltip.down);
    on("click", tooltip.clicked);
    on("keydown", tooltip.key);
    on("scroll", tooltip.place, { capture: true, passive: true });
    window.addEventListener("resize", () => tooltip.place());
  }

  open(term) {
    clearTimeout(this.timer);
    if (this.term === term) return;
    this.close();
    const note = noteOf(term);
    if (!note) return;
    this.term = term;
    this.box = tooltipBox(note, term.href);
    // Beside the term, so that Tab goes from the term to the link in its tooltip.
    term.after(this.box);
    this.place();
  }

  close() {
    clearTimeout(this.timer);
    this.box?.remove();
    this.box = null;
    this.term = null;
  }

  place() {
    if (!this.box) return;
    const [anchor] = this.term.getClientRects();
    if (!anchor || anchor.bottom < 0 || anchor.top > innerHeight) {
      this.close();
      return;
    }
    const box = this.box.getBoundingClientRect();
    const width = document.documentElement.clientWidth;
    const left = Math.max(MARGIN, Math.min(anchor.left, width - box.width - MARGIN));
    const below = anchor.bottom + MARGIN;
    const fitsBelow = below + box.height <= innerHeight - MARGIN;
    const above = anchor.top - box.height - MARGIN;
    const top = fitsBelow || above < MARGIN ? below : above;
    this.box.style.setProperty("left", `${left}px`);
    this.box.style.setProperty("top", `${top}px`);
  }

  over(event) {
    if (event.pointerType !== "mouse") return;
    const term = termAt(event.target);
    if (term && term !== this.term) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.open(term), OPEN_AFTER);
    } else if (term || this.box?.contains(event.target)) {
      clearTimeout(this.timer);
    }
  }

  out(event) {
    if (event.pointerType !== "mouse" || this.holds(event.relatedTarget)) return;
    clearTimeout(this.timer);
    if (!this.holds(document.activeElement)) this.timer = setTimeout(() => this.close(), CLOSE_AFTER);
  }

  focused(event) {
    const term = termAt(event.target);
    if (term && !this.quiet) this.open(term);
  }

  blurred(event) {
    if (this.holds(event.target) && !this.holds(event.relatedTarget)) this.close();
  }

  down(event) {
    const term = termAt(event.target);
    this.pressed = term && { term, wasOpen: this.term === term };
    if (!this.holds(event.target)) this.close();
  }

  /** A press on a closed term opens it; on an open one it follows the link, as Enter does. */
  clicked(event) {
    const pressed = this.pressed;
    this.pressed = null;
    const term = termAt(event.target);
    if (!term || pressed?.term !== term || pressed.wasOpen || !noteOf(term)) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.open(term);
  }

  key(event) {
    if (event.key !== "Escape" || !this.term) return;
    const { term } = this;
    const inside = this.box.contains(document.activeElement);
    this.quiet = true;
    if (inside) term.focus();
    this.close();
    this.quiet = false;
    event.preventDefault();
  }

  holds(node) {
    return Boolean(node && this.term && (this.term.contains(node) || this.box.contains(node)));
  }
}

function termAt(node) {
  return node instanceof Element ? node.closest("a.term[data-term]") : null;
}

function noteOf(term) {
  return document.getElementById(`note-term-${term.dataset.term}`);
}

/** Screen readers read the explanation with the link, open or not. */
function describe(term) {
  const text = noteOf(term)?.querySelector("dd");
  if (!text) return;
  text.id ||= `note-term-${term.dataset.term}-text`;
  term.setAttribute("aria-describedby", text.id);
}

function tooltipBox(note, href) {
  const box = element("div", "tooltip");
  box.id = "term-tooltip";
  const more = element("p", "tooltip-more");
  const link = element("a", "", "用語集で見る");
  link.href = href;
  more.append(link);
  box.append(
    element("p", "tooltip-name", note.querySelector("dt").textContent.trim()),
    element("p", "tooltip-text", note.querySelector("dd").textContent.trim()),
    more,
  );
  return box;
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

/* ── Contents that follow ─────────────────────────────────────────────────────── */

function followContents() {
  const links = new Map();
  for (const link of document.querySelectorAll(".contents a[href^='#']")) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) links.set(heading, link);
  }
  if (!links.size) return;
  const mark = () => {
    const passed = [...links.keys()].filter((heading) => heading.getBoundingClientRect().top < innerHeight * 0.3);
    const current = passed.at(-1);
    for (const [heading, link] of links) {
      if (heading === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  const observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -70% 0px", threshold: [0, 1] });
  for (const heading of links.keys()) observer.observe(heading);
}

/* ── Copy buttons ─────────────────────────────────────────────────────────────── */

function copyButtons() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

async function copy(button) {
  const text = button.dataset.copy;
  const address = /^[/#]/.test(text);
  let said = "コピーしました";
  try {
    await navigator.clipboard.writeText(address ? new URL(text, location.href).href : text);
  } catch {
    said = "コピーできませんでした";
  }
  const live = document.getElementById("live");
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = said; });
  const label = button.querySelector("span");
  button.dataset.label ??= label.textContent;
  label.textContent = said;
  clearTimeout(button.timer);
  button.timer = setTimeout(() => { label.textContent = button.dataset.label; }, 3000);
}

TermTooltip.start();
followContents();
copyButtons();
