// Saves a form while somebody writes: every two seconds, at once when a choice changes or a field is
// left, and when the page is left. Without this, the Save button does the same.
"use strict";
const KEEPALIVE_BYTES = 60_000; // Fetch: a browser goes on sending at most 64 KiB after its page closed
for (const form of document.querySelectorAll("[data-autosave]")) {
  const status = form.querySelector("[data-saved]"), words = status.dataset, revision = form.elements.revision;
  const emptyFields = () => [...new FormData(form)].filter(([, text]) => text === "").map(([name]) => name).join();
  let timer, isUnsaved = false, isSending = false, isLeft = false, saving = Promise.resolve(), empty;

  const send = (base) => {
    const fields = new URLSearchParams(new FormData(form));
    fields.set("act", "save");
    fields.set("revision", base);
    const body = fields.toString();
    isUnsaved = false;
    return fetch(form.action, { method: "POST", body, keepalive: body.length < KEEPALIVE_BYTES, headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" }, redirect: "manual" });
  };
  const save = async () => {
    if (!isUnsaved) return;
    isSending = true;
    const emptyNow = emptyFields(), isStale = isLeft || empty !== emptyNow;
    isLeft = false;
    try {
      const answer = await send(revision.value);
      if (answer.status === 409) { status.textContent = words.overtaken; return; }
      if (!answer.ok) throw new Error(answer.status);
      const saved = await answer.json();
      revision.value = saved.revision;
      status.textContent = `${words.saved} ${saved.saved}`;
      empty = emptyNow;
      if (isStale) freshen(form.dataset.autosave);
    } catch {
      isUnsaved = isLeft = true;
      status.textContent = words.failed;
    } finally {
      isSending = false;
    }
  };
  const saveNow = () => {
    clearTimeout(timer);
    timer = undefined;
    saving = saving.then(save);
  };
  form.addEventListener("input", () => {
    isUnsaved = true;
    timer ??= setTimeout(saveNow, 2000);
  });
  form.addEventListener("change", ({ target }) => {
    const parts = [target.closest(".field"), target.closest("fieldset")];
    for (const error of parts.map((part) => part?.querySelector(".error"))) error?.remove();
    target.removeAttribute("aria-invalid");
    isLeft = true;
    saveNow();
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) saveNow(); });
  // Nobody waits for answers on a page that is left: what is on its way will have made the next revision.
  addEventListener("pagehide", () => { if (isUnsaved) send(Number(revision.value) + isSending); });
  // A page that comes back from the browser's memory asks for its revision by saving what is there.
  addEventListener("pageshow", (event) => { if (event.persisted) { isUnsaved = true; saveNow(); } });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    isUnsaved = false;
    if (!isSending) return;
    event.preventDefault();
    saving.then(() => form.requestSubmit(event.submitter));
  });
}
