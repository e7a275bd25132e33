// The contents beside the choice follow the choice; without this script, 「目次を確かめる」 does it.
const form = document.getElementById("selection");
const preview = document.getElementById("preview");

if (form && preview) {
  // Where it stands above the form, it is opened by who wants to look.
  if (matchMedia("(max-width: 63.99rem)").matches) preview.open = false;
  let waiting = null;
  let asked = 0;

  const refresh = async () => {
    const mine = ++asked;
    const chosen = new URLSearchParams(new FormData(form));
    chosen.delete("csrfmiddlewaretoken");
    const response = await fetch(`${location.pathname}?${chosen}`, { credentials: "same-origin" });
    if (!response.ok || mine !== asked) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of ["preview-count", "preview-body"]) {
      const fresh = page.getElementById(part);
      if (fresh) document.getElementById(part).replaceChildren(...fresh.childNodes);
    }
  };

  form.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 300);
  });
}
