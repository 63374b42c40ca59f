// Signatures by algorithm name, checked by the browser itself: Ed25519 (RFC 8032), P-256 with SHA-256 (DER), alone or
// inside a passkey's assertion.

import { opened } from "./assertions.js";
import { Malformed, NotHere, concat, demand, hex, sha256, subtle, utf8 } from "./bytes.js";

const ED25519 = { name: "Ed25519" };
const P256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const PASSKEY = "webauthn-p256"; // ES256 inside a WebAuthn assertion
const HALF = 32; // bytes of r and of s
const PRIME = 2n ** 255n - 19n;
const ORDER_EIGHT = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const SMALL_ORDER = [0n, 1n, PRIME - 1n, ORDER_EIGHT, PRIME - ORDER_EIGHT];

/** The name of a key: 32 hex digits of SHA-256 over algorithm and key. */
export async function kidOf(alg, key) {
  return hex(await sha256(utf8(alg), Uint8Array.of(0), key)).slice(0, 32);
}

/** Throws Malformed unless the bytes are a public key of a known algorithm. */
export async function checkPublic(alg, key) {
  const point = (alg === "p256" || alg === PASSKEY) && key.length === 65 && key[0] === 4;
  const fits = (alg === "ed25519" && key.length === 32) || point;
  demand(fits, "unknown algorithm or malformed public key");
  if (alg === "ed25519") checkPoint(key);
  await imported(alg, key);
}

/** Whether the signature is this key's over the message; an unknown algorithm or broken key never is. */
export async function signed(alg, key, message, signature) {
  if (alg !== "ed25519" && alg !== "p256" && alg !== PASSKEY) return false;
  try {
    if (alg === PASSKEY) ({ message, signature } = await opened(signature, message));
    const ready = await imported(alg, key);
    const raw = alg === "ed25519" ? signature : rawSignature(signature);
    if (alg === "ed25519") [key, signature.subarray(0, 32)].forEach(checkPoint);
    return await subtle().verify(alg === "ed25519" ? ED25519 : P256, ready, raw, message);
  } catch (error) {
    if (error instanceof Malformed) return false;
    throw error;
  }
}

/** Browsers differ over points of small order, and over those with another spelling: neither is a key's or signature's. */
function checkPoint(encoded) {
  const height = BigInt(`0x0${hex(encoded.slice().reverse())}`) & (2n ** 255n - 1n);
  demand(height < PRIME && !SMALL_ORDER.includes(height), "a point of small order, or not in its one spelling");
}

async function imported(alg, key) {
  try {
    return await subtle().importKey("raw", key, alg === "ed25519" ? ED25519 : P256, false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") throw new NotHere(`no ${alg}`);
    throw new Malformed("malformed public key");
  }
}

/** r and s in a row, `half` bytes each, out of a DER signature written in its one right way. Throws Malformed. */
export function rawSignature(der, half = HALF) {
  demand(der.length >= 8 && der.length <= 2 * half + 8 && der[0] === 0x30 && der[1] === der.length - 2, "not DER");
  const [r, rest] = wholeNumber(der.subarray(2), half);
  const [s, nothing] = wholeNumber(rest, half);
  demand(nothing.length === 0, "something behind the signature");
  return concat(r, s);
}

function wholeNumber(der, half) {
  const length = der[1];
  demand(der[0] === 0x02 && length > 0 && der.length >= 2 + length && der[2] < 0x80, "not a DER number");
  demand(length === 1 || der[2] !== 0 || der[3] >= 0x80, "not the shortest DER number");
  const digits = der.subarray(der[2] === 0 ? 3 : 2, 2 + length);
  demand(digits.length <= half, "number too large");
  return [concat(new Uint8Array(half - digits.length), digits), der.subarray(2 + length)];
}
