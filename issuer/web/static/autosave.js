// Saves a form a moment after its writer pauses. Without this, the Save button does the same.
"use strict";
for (const form of document.querySelectorAll("[data-autosave]")) {
  const status = form.querySelector("[data-saved]");
  const said = { saved: status.dataset.saved, failed: status.dataset.failed, overtaken: status.dataset.overtaken };
  let timer, saving = Promise.resolve();
  const save = async () => {
    const fields = new FormData(form);
    fields.set("act", "save");
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "application/json" }, redirect: "manual" });
      if (answer.status === 409) { status.textContent = said.overtaken; return; }
      if (!answer.ok) throw new Error(answer.status);
      const saved = await answer.json();
      form.elements.revision.value = saved.revision;
      status.textContent = `${said.saved} ${saved.saved}`;
    } catch {
      status.textContent = said.failed;
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { saving = saving.then(save); }, 800);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
}
