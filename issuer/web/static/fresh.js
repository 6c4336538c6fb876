// Renews what a page says about what is stored, once a script has stored more: each part with
// `data-fresh` takes the content that it has on the page as it is now. Parts hold no fields.
"use strict";
const freshen = async (address) => {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = page.title;
    for (const part of document.querySelectorAll("[data-fresh]")) {
      const renewed = page.getElementById(part.id);
      if (renewed && renewed.innerHTML !== part.innerHTML) part.replaceChildren(...renewed.childNodes);
    }
  } catch { /* The server could not be reached: whoever saves says so. */ }
};
