// Rows below a root: up and down by buttons, dragging by pointer, adding one more.
// Without this script the number fields and the empty row at the end do the same.

function rowsOf(list) {
  return [...list.querySelectorAll(":scope > [data-row]")];
}

function renumber(list) {
  const rows = rowsOf(list);
  rows.forEach((row, index) => {
    const position = row.querySelector("input[name$='-position']");
    if (position) position.value = index + 1;
    row.querySelector("[data-row-name]").textContent = index + 1;
    row.querySelector("[data-row-up]").disabled = index === 0;
    row.querySelector("[data-row-down]").disabled = index === rows.length - 1;
  });
}

function say(group, words) {
  group.querySelector("[data-rows-status]").textContent = words;
}

function move(group, list, row, step) {
  const rows = rowsOf(list);
  const target = rows[rows.indexOf(row) + step];
  if (!target) return;
  if (step < 0) list.insertBefore(row, target);
  else list.insertBefore(target, row);
  renumber(list);
  const button = row.querySelector(step < 0 ? "[data-row-up]" : "[data-row-down]");
  (button.disabled ? row.querySelector("[data-row-tools] button:not(:disabled)") : button)?.focus();
  say(group, `${rowsOf(list).indexOf(row) + 1}番目に移動しました。`);
}

function drag(group, list, row, event) {
  event.preventDefault();
  const handle = event.target;
  handle.setPointerCapture(event.pointerId);
  row.classList.add("row-dragged");
  const follow = (moved) => {
    for (const other of rowsOf(list)) {
      if (other === row) continue;
      const box = other.getBoundingClientRect();
      const middle = box.top + box.height / 2;
      const below = row.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (below && moved.clientY > middle) list.insertBefore(other, row);
      else if (!below && moved.clientY < middle) list.insertBefore(row, other);
    }
  };
  const drop = () => {
    handle.removeEventListener("pointermove", follow);
    row.classList.remove("row-dragged");
    renumber(list);
    say(group, `${rowsOf(list).indexOf(row) + 1}番目に移動しました。`);
  };
  handle.addEventListener("pointermove", follow);
  handle.addEventListener("lostpointercapture", drop, { once: true });
}

function prepare(group, list, row) {
  row.querySelector("[data-row-tools]").hidden = false;
  row.querySelector("[data-row-up]").addEventListener("click", () => move(group, list, row, -1));
  row.querySelector("[data-row-down]").addEventListener("click", () => move(group, list, row, 1));
  row.querySelector("[data-row-handle]").addEventListener("pointerdown", (event) => drag(group, list, row, event));
}

function addRow(group, list) {
  const prefix = group.dataset.rows;
  const total = group.querySelector(`input[name="${prefix}-TOTAL_FORMS"]`);
  const row = group.querySelector("[data-rows-template]").content.firstElementChild.cloneNode(true);
  for (const element of row.querySelectorAll("*")) {
    for (const attribute of [...element.attributes]) {
      if (attribute.value.includes("__prefix__")) {
        element.setAttribute(attribute.name, attribute.value.replaceAll("__prefix__", total.value));
      }
    }
  }
  total.value = Number(total.value) + 1;
  list.append(row);
  prepare(group, list, row);
  renumber(list);
  row.querySelector("textarea, input:not([type=hidden]):not([name$='-position'])")?.focus();
}

function start() {
  for (const group of document.querySelectorAll("[data-rows]")) {
    const add = group.querySelector("[data-rows-add]");
    if (!add) continue; // only to be read
    const list = group.querySelector("[data-rows-list]");
    rowsOf(list).forEach((row) => prepare(group, list, row));
    renumber(list);
    add.hidden = false;
    add.addEventListener("click", () => addRow(group, list));
  }
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
