// Fields that are chosen by searching (select2 of Django's admin) are called by their label, then by what is chosen.
"use strict";

// Django's own script, before this one, makes them as soon as the page is ready.
django.jQuery(() => {
  for (const select of document.querySelectorAll("select.admin-autocomplete[id]")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const chosen = document.getElementById(`select2-${select.id}-container`);
    if (!label || !chosen) continue;
    label.id ||= `${select.id}_label`;
    chosen.setAttribute("aria-labelledby", label.id);
    chosen.closest("[role=combobox]").setAttribute("aria-labelledby", `${label.id} ${chosen.id}`);
  }
});
