// Passkeys: sign in, register a device, sign a form. Without them everything works by password.
"use strict";

(() => {
  const here = window.PublicKeyCredential?.parseRequestOptionsFromJSON && window.PublicKeyCredential?.parseCreationOptionsFromJSON;
  if (!here || document.documentElement.dataset.passkeys) return;
  document.documentElement.dataset.passkeys = "yes"; // a page may bring this script with each of its forms
  const QUESTION = "application/vnd.open-license.passkey+json";

  const put = (form, name, value) => {
    const input = form.querySelector(`input[type=hidden][name=${name}]`) ?? form.appendChild(document.createElement("input"));
    Object.assign(input, { type: "hidden", name, value });
  };
  const take = (form, ...names) => names.forEach((name) => form.querySelector(`input[type=hidden][name=${name}]`)?.remove());
  const fail = (place) => {
    const words = place.querySelector("[data-failed]");
    words.textContent = words.dataset.failed;
    words.hidden = false;
  };
  const answered = async (options) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return JSON.stringify((await navigator.credentials.get({ publicKey })).toJSON());
  };
  const question = async (url, form) => {
    const answer = await fetch(url, { method: "POST", body: new FormData(form), redirect: "manual" });
    return answer.headers.get("Content-Type")?.startsWith(QUESTION) ? answer.json() : null;
  };

  // Sign a form: its act is drawn and asked about first, then the same form goes with the device's answer.
  const sign = async (form, place) => {
    const password = form.querySelector("input[type=password]");
    const typed = password?.value;
    put(form, "_signing", "passkey");
    if (password) password.value ||= "passkey";
    try {
      const asked = await question(form.action, form);
      if (asked) {
        const answer = await answered(asked.options);
        put(form, "_ceremony", asked.ceremony);
        put(form, "_answer", answer);
      }
      form.dataset.ready = "yes";
      form.requestSubmit(); // without a question the page itself says what is wrong with the form
    } catch {
      take(form, "_signing", "_ceremony", "_answer");
      if (password) password.value = typed;
      fail(place);
    }
  };
  document.querySelectorAll("[data-passkey]").forEach((place) => {
    place.hidden = false;
    place.querySelector("button").addEventListener("click", () => sign(place.closest("form"), place));
  });

  // Forms that only a device can complete.
  const instead = (selector, work) => document.querySelectorAll(selector).forEach((form) => {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      if (form.dataset.ready) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      work(form).catch(() => fail(form));
    }, true);
  });
  const send = (form, values) => {
    Object.entries(values).forEach(([name, value]) => put(form, name, value));
    form.dataset.ready = "yes";
    form.requestSubmit();
  };
  instead("[data-passkey-sign]", (form) => sign(form, form));
  instead("[data-passkey-login]", async (form) => {
    const asked = await question(form.dataset.passkeyLogin, form);
    send(form, { ceremony: asked.ceremony, answer: await answered(asked.options) });
  });
  instead("[data-passkey-new]", async (form) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(form.dataset.passkeyNew));
    const made = await navigator.credentials.create({ publicKey });
    send(form, { answer: JSON.stringify(made.toJSON()) });
  });
})();
