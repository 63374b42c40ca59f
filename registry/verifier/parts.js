// What stands on `window.mingxu`: the check itself, and its parts for whoever tests them.

import { Malformed, base64, hex, unbase64, unhex } from "./bytes.js";
import { canonical, strict } from "./json.js";
import { KINDS } from "./kinds.js";
import { parseHead, parseProof, parseVkey, splitNote } from "./notes.js";
import { parsePolicy } from "./policy.js";
import { signed } from "./signatures.js";
import { consistent, included } from "./tree.js";
import { verify } from "./verify.js";

const bytes = { Malformed, base64, hex, unbase64, unhex };
const formats = { KINDS, canonical, parseHead, parsePolicy, parseProof, parseVkey, splitNote, strict };
const parts = { ...bytes, ...formats, consistent, included, signed };

/** Put it there. */
export function offer() {
  globalThis.mingxu = Object.freeze({ verify, parts: Object.freeze(parts) });
}
