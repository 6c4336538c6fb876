// Looks for a QR code with the camera: a few pictures a second go to this site, which
// reads them (zxing-cpp) and forgets them. The first code found is handed in as pasted text.
"use strict";
(() => {
  const scan = document.querySelector(".scan");
  const form = scan.closest("form");
  const button = scan.querySelector("button");
  const video = scan.querySelector("video");
  const status = scan.querySelector("[role=status]");
  const say = scan.dataset;
  const start = button.textContent;
  const MOST_MILLISECONDS = 60_000;
  const BETWEEN = 250;
  const WIDEST = 1920;
  let stream = null;

  if (!navigator.mediaDevices) return; // an old browser, or a page without https
  scan.hidden = false;

  const end = (given) => given.getTracks().forEach((track) => track.stop());

  const stop = (words) => {
    if (stream) end(stream);
    stream = video.srcObject = null;
    video.hidden = true;
    button.textContent = start;
    status.textContent = words;
  };

  const picture = () => {
    const scale = Math.min(1, WIDEST / Math.max(video.videoWidth, video.videoHeight));
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((give) => { canvas.toBlob(give, "image/jpeg", 0.85); });
  };

  const look = async (own, until) => {
    while (stream === own) {
      if (Date.now() > until) return stop(say.givenUp);
      const answer = await fetch(form.dataset.scan, { method: "POST", body: await picture() });
      if (!answer.ok) throw answer;
      const { found, text, why } = await answer.json();
      if (stream !== own) return;
      if (found) {
        stop(say.found);
        form.elements.text.value = text;
        return form.requestSubmit();
      }
      status.textContent = why || say.looking;
      await new Promise((go) => { setTimeout(go, BETWEEN); });
    }
  };

  button.addEventListener("click", async () => {
    if (stream) return stop(say.stopped);
    status.textContent = say.asking;
    try {
      const given = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment", width: { ideal: WIDEST } },
      });
      if (stream) return end(given); // asked twice
      stream = given;
    } catch {
      return stop(say.refused);
    }
    button.textContent = say.stop;
    video.srcObject = stream;
    video.hidden = false;
    try {
      await video.play();
      status.textContent = say.looking;
      await look(stream, Date.now() + MOST_MILLISECONDS);
    } catch {
      if (stream) stop(say.unread);
    }
  });

  // Nobody looks at a page that is hidden, so neither does the camera.
  document.addEventListener("visibilitychange", () => { if (document.hidden && stream) stop(say.stopped); });
  addEventListener("pagehide", () => { if (stream) stop(say.stopped); });
})();
