// The pages for many applicants work without this script: a form, and a page that reloads.
// With it, the form shows how much is sent, and the page of a check how far it is.
"use strict";
(() => {
  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

  const form = document.querySelector("form.many");
  if (form) {
    const [bar, status] = [form.querySelector("progress"), form.querySelector(".done [role=status]")];
    const { most, files, large, sending } = form.dataset;
    const [stray, policy] = [form.querySelector("[data-stray]"), form.querySelector("#policy")];
    const chosen = () => [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
    const fits = () => {
      const sizes = chosen().map(({ size }) => size);
      const fit = sizes.length <= files && sizes.reduce((a, b) => a + b, 0) <= most;
      status.textContent = fit ? "" : large;
      return fit;
    };
    const send = () => {
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.upload.addEventListener("progress", ({ loaded, total }) => { bar.value = loaded / total; });
      request.addEventListener("loadend", () => {
        if (request.status === 200 && request.responseURL !== form.action) {
          location.assign(request.responseURL);
          return;
        }
        bar.hidden = true;
        status.textContent = "";
        const answer = parsed(request.responseText).querySelector("[role=alert]");
        document.querySelector("main > [role=alert]")?.remove();
        if (!answer) { form.submit(); return; }
        form.before(answer);
        answer.scrollIntoView();
      });
      request.send(new FormData(form));
    };
    // What applicants hand in decides nothing: a policy counts where it is chosen as the policy.
    const warn = () => {
      const isAmong = chosen().some(({ name }) => name.toLowerCase().endsWith(".toml"));
      stray.hidden = !isAmong || policy.files.length > 0;
    };
    form.addEventListener("change", () => { fits(); warn(); });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!fits()) return;
      status.textContent = sending;
      bar.value = 0;
      bar.hidden = false;
      send();
    });
  }

  const look = async () => {
    const here = document.getElementById("running");
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return setTimeout(look, 5000);
    const there = parsed(await answer.text()).getElementById("running");
    if (!there) return location.reload();
    const before = here.querySelectorAll("section").length;
    if (there.querySelectorAll("section").length !== before) here.replaceWith(there);
    else here.querySelector(".how-far").replaceWith(there.querySelector(".how-far"));
    return setTimeout(look, 1000);
  };
  if (document.getElementById("running")) setTimeout(look, 1000);
})();
