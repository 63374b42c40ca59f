// What stands on `window.mingxu`: the check itself, and its parts for whoever tests them.

import { base64, hex, unbase64, unhex } from "./bytes.js";
import { canonical, strict } from "./json.js";
import { KINDS } from "./kinds.js";
import { parsePolicy } from "./policy.js";
import { signed } from "./signatures.js";
import { consistent, included } from "./tree.js";
import { verify } from "./verify.js";

const parts = { KINDS, base64, canonical, consistent, hex, included, parsePolicy, signed, strict, unbase64, unhex };

/** Put it there. */
export function offer() {
  globalThis.mingxu = Object.freeze({ verify, parts: Object.freeze(parts) });
}
