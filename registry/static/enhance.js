// Small comforts; every page works without them.
"use strict";

// A summary of errors takes the focus, so that it is read first.
document.getElementById("error-summary")?.focus();

// A link in the summary leads into the input, not only to its place.
document.querySelectorAll(".error-summary a").forEach((link) => {
  link.addEventListener("click", (event) => {
    const input = document.getElementById(link.hash.slice(1));
    if (!input) return;
    event.preventDefault();
    (input.closest(".field") ?? input).scrollIntoView();
    input.focus({ preventScroll: true });
  });
});

// A file too large for the server is said beside its field before it is sent for nothing.
document.querySelectorAll("form[method=post]").forEach((form) => {
  const inputs = [...form.querySelectorAll("input[data-each]")];
  const size = (input) => [...input.files].reduce((sum, file) => sum + file.size, 0);
  const look = () => {
    const together = inputs.reduce((sum, input) => sum + size(input), 0);
    return inputs.filter((input) => {
      const each = Number(input.dataset.each);
      const over = [...input.files].some((file) => file.size > each) || (size(input) > 0 && together > Number(input.dataset.all));
      let words = document.getElementById(`${input.id}-over`);
      if (over && !words) {
        words = document.createElement("p");
        words.className = "error";
        words.id = `${input.id}-over`;
        words.setAttribute("role", "alert");
        words.textContent = input.dataset.over;
        input.before(words);
      } else if (!over) words?.remove();
      if (over) input.setAttribute("aria-invalid", "true");
      else if (input.files.length) input.removeAttribute("aria-invalid");
      return over;
    });
  };
  inputs.forEach((input) => input.addEventListener("change", look));
  form.addEventListener("submit", (event) => {
    const [first] = look();
    if (!first) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    first.focus();
  });
});

// One press is one submit. The server is safe without this: every form carries its own key.
document.querySelectorAll("form[method=post]").forEach((form) => {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
  });
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  });
});

// The end of the session is announced five minutes before; staying costs one request.
const session = document.getElementById("session");
if (session) {
  const early = 5 * 60 * 1000;
  let timer;
  const arm = (ends) => {
    clearTimeout(timer);
    timer = setTimeout(() => { session.hidden = false; }, Math.max(0, Date.parse(ends) - early - Date.now()));
  };
  arm(session.dataset.ends);
  session.querySelector("[data-stay]").addEventListener("click", async () => {
    const answer = await fetch("/", { credentials: "same-origin", cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const ends = page.getElementById("session")?.dataset.ends;
    if (!ends) return;
    session.hidden = true;
    arm(ends);
  });
}

// Buttons that copy a value into the clipboard, for typing contracts into another system.
document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  const words = button.innerHTML;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done;
    setTimeout(() => { button.innerHTML = words; }, 1500);
  });
});

// One press says why an offer was not taken: the page behind the link has the form and its token.
document.querySelectorAll("[data-said]").forEach((place) => {
  place.addEventListener("click", async (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const leave = () => { location.href = link.href; };
    try {
      const answer = await fetch(link.href, { credentials: "same-origin", cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const form = page.querySelector("main form[method=post]");
      if (!form) return leave();
      const body = new URLSearchParams(new FormData(form));
      const taken = await fetch(form.getAttribute("action"), { method: "POST", credentials: "same-origin", body });
      if (!taken.ok) return leave();
      place.textContent = place.dataset.said;
    } catch { leave(); }
  });
});

// What the worker is still making is looked at again, and taken in where it changed; the rest of the page stays.
const polled = document.querySelector("[data-poll]");
if (polled) {
  const look = async (left) => {
    const place = document.getElementById(polled.id);
    if (!place || place.dataset.poll === undefined || left === 0) return;
    if (!place.contains(document.activeElement)) {
      const answer = await fetch(location.pathname + location.search, { credentials: "same-origin", cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(polled.id);
      if (!answer.ok || !fresh) return;
      if (fresh.innerHTML !== place.innerHTML || fresh.dataset.poll === undefined) place.replaceWith(fresh);
    }
    setTimeout(look, 3000, left - 1);
  };
  setTimeout(look, 2000, 200);
}

// How many characters a long text has, while it is typed.
document.querySelectorAll("textarea[data-longest]").forEach((area) => {
  const longest = Number(area.dataset.longest);
  const count = document.createElement("p");
  count.className = "count";
  const show = () => {
    const length = [...area.value].length;
    count.textContent = `${length} / ${longest}`;
    count.classList.toggle("over", length > longest);
  };
  area.after(count);
  area.addEventListener("input", show);
  show();
});

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

// Retyping a contract with the keyboard. Keys count only while a value has the focus, and values cannot be typed into.
document.querySelectorAll("[data-rekey]").forEach((list) => {
  const fields = [...list.querySelectorAll("input[readonly]")];
  const leads = { n: "next", p: "prev" };
  list.addEventListener("focusin", (event) => event.target.select?.());
  list.addEventListener("keydown", (event) => {
    const at = fields.indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      fields[at + step]?.focus();
    } else if (event.key === "c") {
      fields[at].closest(".rekey-field").querySelector("[data-copy]")?.click();
      fields[at + 1]?.focus();
    } else if (event.key in leads) {
      document.querySelector(`a[rel=${leads[event.key]}]`)?.click();
    }
  });
});
