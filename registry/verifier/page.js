// The page itself: files chosen or dropped, the trust beside them, the report below. The same script serves the
// one file and the registry's own page, whose form it takes over: nothing is sent any more.

import { offer } from "./parts.js";
import { BadFiles, BadTrust, LARGEST, examine, isTrust } from "./verify.js";
import { refused, shown } from "./view.js";
import { say, speak, spoken } from "./words.js";

let last = null; // what is on show, to say it again in the other language
let turn = 0; // a check that was overtaken by a later one shows nothing

offer();
const form = document.querySelector("[data-checker]");
if (form) start();

function start() {
  const wish = document.documentElement.dataset.standalone === undefined ? document.documentElement.lang : navigator.language;
  speak(wish.toLowerCase().startsWith("zh") ? "zh" : "en");
  label();
  const input = form.querySelector("input[type=file]");
  input.addEventListener("change", () => check([...input.files]));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    check([...input.files]);
  });
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    input.files = event.dataTransfer.files;
    check([...event.dataTransfer.files]);
  });
  if (input.files.length > 0) check([...input.files]); // chosen before this script had come
  document.querySelector("[data-other-language]")?.addEventListener("click", () => {
    speak(spoken() === "zh" ? "en" : "zh");
    label();
    if (last) show(last.elements(), false);
  });
}

/** The words of the one file; the registry's page brings its own. */
function label() {
  if (document.documentElement.dataset.standalone === undefined) return;
  const english = spoken() === "en";
  document.documentElement.lang = english ? "en" : "zh-CN";
  document.title = `${say("title")} · 明许 Mingxu`;
  document.querySelectorAll("[data-say]").forEach((place) => {
    place.textContent = say(place.dataset.say);
  });
  document.querySelector("[data-other-language]").lang = english ? "zh-CN" : "en";
}

async function check(chosen) {
  const status = document.querySelector("[data-checking]");
  const mine = (turn += 1);
  status.textContent = say("checking");
  const found = await outcome(chosen, form.querySelector("textarea"));
  if (mine !== turn) return;
  last = found;
  status.textContent = "";
  show(last.elements(), true);
}

/** Never throws: what cannot be checked is said. @returns {Promise<{elements: () => Element[]}>} */
async function outcome(chosen, area) {
  try {
    const files = await Promise.all(chosen.map(read));
    const trusts = await Promise.all(files.map(({ bytes }) => isTrust(bytes)));
    const brought = files.filter((_, at) => trusts[at]).map(({ bytes }) => new TextDecoder().decode(bytes));
    const examined = await examine(files.filter((_, at) => !trusts[at]), trustOf(area, brought));
    return { elements: () => shown(examined, files.map(({ name }) => name)) };
  } catch (error) {
    if (error instanceof BadFiles) return { elements: () => refused(say(error.message)) };
    if (error instanceof BadTrust) return { elements: () => refused(say("bad_trust") + error.message) };
    console.error(error);
    return { elements: () => refused(say("broken")) };
  }
}

/** A dropped key comes before the typed one; what the site itself filled in counts less, until changed. */
function trustOf(area, brought) {
  if (brought.length > 0) return { text: brought.join("\n"), from: "reader" };
  const own = area.dataset.site !== undefined && area.value.trim() === area.dataset.site.trim();
  return { text: area.value, from: own ? "site" : "reader" };
}

async function read(file) {
  if (file.size > LARGEST) throw new BadFiles("too_large");
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}

function show(elements, focus) {
  const report = document.querySelector("[data-report]");
  report.replaceChildren(...elements);
  if (focus) report.querySelector("h2, [role=alert]")?.focus();
}
