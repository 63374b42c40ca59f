// Brings the checker when somebody turns to its form, so that the page stays light; files stay in the browser.
"use strict";

const form = document.querySelector("[data-checker]");
const input = form.querySelector("input[type=file]");
document.querySelectorAll("[data-without]").forEach((part) => { part.hidden = true; });
form.hidden = false;

// Until the checker has come, nothing may be sent and a dropped file must not open; it then takes what is chosen.
let asked = false;
const bring = () => {
  if (asked) return;
  asked = true;
  const script = document.createElement("script");
  script.src = form.dataset.script;
  script.addEventListener("load", () => {
    form.removeEventListener("submit", hold);
    form.removeEventListener("dragover", hold);
    form.removeEventListener("drop", take);
  });
  document.head.append(script);
};
const hold = (event) => {
  event.preventDefault();
  bring();
};
const take = (event) => {
  hold(event);
  input.files = event.dataTransfer.files;
};
for (const turn of ["focusin", "pointerenter", "change"]) form.addEventListener(turn, bring, { once: true });
form.addEventListener("submit", hold);
form.addEventListener("dragover", hold);
form.addEventListener("drop", take);
