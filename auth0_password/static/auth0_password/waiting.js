// Asks how the change stands, and goes on when it has arrived. Without it the page reloads itself (meta refresh).
"use strict";

const note = document.getElementById("ap-waiting");
const resend = document.querySelector("[data-again-in]");

const look = async () => {
  try {
    const answer = await fetch(note.dataset.status, { headers: { Accept: "application/json" }, cache: "no-store" });
    const { next } = answer.ok ? await answer.json() : {};
    // 401: the session has ended; the page itself says why.
    if (next || answer.status === 401) { location.replace(next || note.dataset.here); return; }
  } catch { /* no network: the next time */ }
  wait();
};

const started = Date.now();
let timer;
const wait = () => {
  const minutes = (Date.now() - started) / 60000;
  if (minutes > 15) { location.replace(note.dataset.here); return; }
  clearTimeout(timer);
  timer = setTimeout(look, minutes < 1 ? 5000 : 20000);
};

if (note && "byItself" in note.dataset) {
  wait();
  // Back from the mail or the other tab: browsers slow down the timers of pages that nobody sees.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
}

const offerAnother = () => {
  resend.disabled = false;
  document.getElementById("ap-again-later").hidden = true;
  document.getElementById("ap-again-now").hidden = false;
};
if (resend) setTimeout(offerAnother, resend.dataset.againIn * 1000);
