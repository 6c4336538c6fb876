// Sends files one by one, in pieces: each file is safe once it is up, and what stopped goes on.
"use strict";
for (const part of document.querySelectorAll("[data-uploads]")) {
  const form = part.closest("form"), field = part.querySelector("[type=file]"), list = part.querySelector("[data-list]");
  const said = list.dataset, most = Number(field.dataset.most);
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  field.multiple = true;
  part.querySelector("[data-add]").hidden = true;

  const ask = async (address, values) => {
    const body = new FormData();
    body.set("form_token", form.elements.form_token.value);
    for (const [name, value] of Object.entries(values)) body.set(name, value);
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
    if (answer.type === "opaqueredirect") throw { text: said.signIn };
    if (![200, 409, 422].includes(answer.status)) throw { gone: answer.status === 404 };
    const told = await answer.json();
    if (told.error) throw { text: told.error };
    return told;
  };

  const send = async (file, row) => {
    row.begun ??= await ask(part.dataset.uploads, { name: file.name, size: file.size, mark: String(file.lastModified) });
    const { address, piece } = row.begun;
    let told;
    do {
      const place = row.begun.received;
      row.bar.value = place / file.size;
      told = await ask(address, { place, piece: file.slice(place, place + piece) });
      row.begun.received = told.received;
    } while (!told.artifact);
    row.bar.value = 1;
    return told;
  };

  const show = (file) => {
    const item = document.createElement("li"), name = document.createElement("bdi"), bar = document.createElement("progress"), text = document.createElement("span");
    name.textContent = file.name;
    bar.setAttribute("aria-label", file.name);
    item.append(name, " ", bar, " ", text);
    list.append(item);
    return { item, bar, text };
  };

  const add = async (file) => {
    const row = show(file);
    if (file.size > most) { row.text.textContent = said.large; row.bar.remove(); return false; }
    row.bar.value = 0;
    row.text.textContent = said.sending;
    for (let tries = 0; ; tries++) {
      try {
        const told = await send(file, row);
        freshen(part.dataset.page);
        row.text.textContent = told.advice ? `${said.safe}. ${told.advice}` : said.safe;
        return !told.advice;
      } catch (why) {
        if (why.gone) row.begun = undefined;
        if (why.text) { row.text.textContent = why.text; row.bar.remove(); return false; }
        row.text.textContent = said.waiting;
        if (tries < 6) { await pause(1000 * 2 ** tries); continue; }
        row.text.textContent = said.stopped;
        const again = document.createElement("button");
        again.type = "button";
        again.className = "quiet";
        again.textContent = said.again;
        again.addEventListener("click", () => { row.item.remove(); run([file]); });
        row.item.append(" ", again);
        return false;
      }
    }
  };

  let running = Promise.resolve();
  const run = (files) => {
    running = running.then(async () => {
      let quiet = true;
      for (const file of files) quiet = (await add(file)) && quiet;
      if (quiet) form.requestSubmit(); // shows what came, and keeps what was typed meanwhile
      else part.querySelector("[data-next]").hidden = false;
    });
  };
  field.addEventListener("change", () => { run([...field.files]); field.value = ""; });
}
