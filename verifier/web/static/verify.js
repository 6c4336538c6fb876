// The page works without this script: files, text and links are an ordinary form.
// With it, a scanned code arrives by itself, and files can be dropped anywhere.
"use strict";
(() => {
  const form = document.querySelector("form[data-most]");
  if (!form) return;
  const { file, text } = form.elements;
  const status = form.querySelector("[role=status]");

  // A scanned code carries the credential behind the "#", which no browser sends to a server.
  // It is posted as form text, so that it stands in no access log and no history.
  const arrive = () => {
    if (!/^#[0-9]+$/.test(location.hash)) return;
    text.value = location.href;
    history.replaceState(null, "", location.pathname);
    status.textContent = form.dataset.scanned;
    form.submit();
  };

  const fits = () => {
    const large = [...file.files].some(({ size }) => size > Number(form.dataset.most));
    status.textContent = large ? form.dataset.large : "";
    if (large) file.value = "";
    return !large;
  };

  file.addEventListener("change", fits);
  addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
  addEventListener("dragleave", () => form.classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    file.files = event.dataTransfer.files;
    if (fits()) form.submit();
  });
  addEventListener("hashchange", arrive);
  arrive();
})();
