// Says below each text with a limit how many characters it has; without this script the limit stands there.
"use strict";

(() => {
  function count(control) {
    const place = document.querySelector(`[data-count-of="${control.id}"]`);
    if (!place) {
      return;
    }
    const longest = Number(control.dataset.longest);
    const length = [...control.value.trim()].length;
    const over = length > longest;
    place.textContent = over
      ? `${length.toLocaleString()}字（${(length - longest).toLocaleString()}字多すぎます）`
      : `${length.toLocaleString()}字（${longest.toLocaleString()}字まで）`;
    place.classList.toggle("count-over", over);
  }
  function countAll() {
    document.querySelectorAll("[data-longest]").forEach(count);
  }
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-longest]")) {
      count(event.target);
    }
  });
  countAll();
  window.addEventListener("pageshow", countAll); // the browser brings texts back after the scripts have run
})();
