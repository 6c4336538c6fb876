// Every text to copy stands on the page, where it can be selected by hand. This adds the buttons, each
// of which says for some seconds that it has copied; the status says so to those who do not see it.
"use strict";
const status = document.querySelector(".copied");
const SHOWN_FOR = 3000;
const asPage = (html) => new Blob([html], { type: "text/html" });
const asText = (text) => new Blob([text], { type: "text/plain" });

// A signature is copied as a program for mail takes it in: with its picture and its link.
const copy = async (button, field) => {
  if (!("rich" in button.dataset)) return navigator.clipboard.writeText(field.value);
  const shown = document.querySelector(".signature");
  const words = `${shown.innerText.trim()}\n${shown.querySelector("a").href}`;
  const item = { "text/html": asPage(field.value), "text/plain": asText(words) };
  return navigator.clipboard.write([new ClipboardItem(item)]);
};

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const rich = "rich" in button.dataset;
  const label = button.textContent;
  let shown;
  button.hidden = false;
  if (!rich) field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    if (!rich) field.select();
    try {
      await copy(button, field);
    } catch {
      if (rich) getSelection().selectAllChildren(document.querySelector(".signature"));
      document.execCommand("copy");
    }
    status.textContent = "";
    clearTimeout(shown);
    shown = setTimeout(() => { button.textContent = label; }, SHOWN_FOR);
    status.textContent = button.textContent = button.dataset.done;
  });
}

for (const button of document.querySelectorAll("[data-share]")) {
  button.hidden = !navigator.share;
  button.addEventListener("click", () =>
    navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {}));
}
