// Signatures made with a passkey: a WebAuthn assertion over a statement's bytes, section 2 of the formats. What the
// browser said is compared by the standard's limited verification (section 5.8.1.2), which reads no JSON.

import { concat, demand, latin1, malformed, same, sha256, utf8 } from "./bytes.js";
import { exactly, strict } from "./json.js";

const PARTS = ["authenticatorData", "clientDataJSON", "signature"];
const PRESENT_AND_VERIFIED = 0x05; // flags of section 6.1
const HEAD = 37;
const LONGEST = 4096;
const ORIGIN = /^https?:\/\/([a-z0-9.-]{1,253})(?::[0-9]{1,5})?","crossOrigin":false[,}]/;

/** What the key signed, and its signature in DER. Throws Malformed unless the assertion was made for this message. */
export async function opened(assertion, message) {
  const parts = exactly(strict(assertion), PARTS);
  const [authenticator, client, signature] = PARTS.map((name) => fromUrlText(parts[name]));
  demand(authenticator.length <= LONGEST && client.length <= LONGEST, "longer than any assertion");
  const asked = toUrlText(await sha256(message));
  const text = latin1(client);
  const before = `{"type":"webauthn.get","challenge":"${asked}","origin":"`;
  const said = text.startsWith(before) && ORIGIN.exec(text.slice(before.length));
  demand(said && authenticator.length >= HEAD, "not an assertion over this message");
  demand(await isParty(said[1], authenticator.subarray(0, 32)), "made for another's page");
  demand((authenticator[32] & PRESENT_AND_VERIFIED) === PRESENT_AND_VERIFIED, "nobody was verified");
  return { message: concat(authenticator, await sha256(client)), signature };
}

/** Whether this is the digest of the host's name, or of one it lies under: those a page there may ask for. */
async function isParty(host, digest) {
  const labels = host.split(".");
  for (const start of labels.keys()) {
    if (same(await sha256(utf8(labels.slice(start).join("."))), digest)) return true;
  }
  return false;
}

function toUrlText(bytes) {
  return btoa(latin1(bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromUrlText(text) {
  demand(typeof text === "string" && /^[A-Za-z0-9_-]*$/.test(text), "not base64url");
  let plain;
  try {
    plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return malformed("not base64url");
  }
  const bytes = Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  demand(toUrlText(bytes) === text, "not canonical base64url");
  return bytes;
}
