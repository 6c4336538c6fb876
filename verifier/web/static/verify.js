// The page works without this script: files, text and links are an ordinary form.
// With it, a scanned code arrives by itself, and files can be dropped and pasted anywhere.
"use strict";
(() => {
  const form = document.querySelector("form.check");
  const [file, photo] = form.querySelectorAll("input[type=file]");
  const status = form.querySelector(".done [role=status]");
  const { most, together, large, checking } = form.dataset;

  // A scanned code carries the credential behind the "#", which no browser sends to a server.
  // It is posted as form text, so that it stands in no access log and no history.
  const arrive = () => {
    if (!/^#[0-9]+$/.test(location.hash)) return;
    form.elements.text.value = location.href;
    history.replaceState(null, "", location.pathname + location.search);
    form.requestSubmit();
  };

  const fits = (input) => {
    const sizes = [...input.files].map(({ size }) => size);
    const fit = Math.max(0, ...sizes) <= most && sizes.reduce((a, b) => a + b, 0) <= together;
    status.textContent = fit ? "" : large;
    if (!fit) input.value = "";
    return fit;
  };

  for (const input of [file, photo]) input.addEventListener("change", () => fits(input));
  form.addEventListener("submit", () => { status.textContent = checking; });
  addEventListener("pageshow", () => { if (status.textContent === checking) status.textContent = ""; });
  addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
  addEventListener("dragleave", () => form.classList.remove("over"));
  const handIn = ({ files }) => {
    if (!files.length) return false;
    file.files = files;
    if (fits(file)) form.requestSubmit();
    return true;
  };

  addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    handIn(event.dataTransfer);
  });
  addEventListener("paste", (event) => { if (handIn(event.clipboardData)) event.preventDefault(); });
  addEventListener("hashchange", arrive);
  arrive();
})();
