"""A client as a separate program: takes licenses over HTTP with signatures of its own, tries again under the
same key when an answer is lost, and writes each 201 to a file outside the service before it goes on.

    python -m tests.faults.client PORT WORK ACKNOWLEDGED STOP FIRST STEP
"""

import base64
import json
import os
import sys
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, TextIO

from registry.ledger.signing import Ed25519Signer

PATIENCE, PAUSE, TIMEOUT = 90.0, 0.2, 20.0
NOTICE: dict[str, Any] = {
    "capacity": "legal_representative",
    "use": "用于本公司文件服务器产品。",
    "abroad": False,
    "related": False,
    "contact": {"name": "周工", "phone": "13900139000"},
}


@dataclass(slots=True)
class Client:
    """Sends one thing at a time and counts what came back."""

    port: int
    acknowledged: TextIO
    counts: dict[str, int] = field(default_factory=dict)
    longest: float = 0.0

    def take(self, machine: dict[str, str], offer: str, key: str) -> None:
        """Draft, sign, send: two calls, each repeated until it is answered with 201."""
        draft = self.call(machine, f"/offers/{offer}/acceptances", NOTICE, key=f"draft-{key}")
        signer = Ed25519Signer.from_private_bytes(bytes.fromhex(machine["private"]))
        signature = base64.b64encode(signer.sign(base64.b64decode(draft["pae"]))).decode()
        body = {"kid": machine["kid"], "signature": signature}
        answer = self.call(machine, f"/acceptances/{draft['number']}/notice", body, key=f"send-{key}")
        line = {name: answer[name] for name in ("number", "noticed_seq", "leaf")}
        self.acknowledged.write(json.dumps({**line, "key": key}) + "\n")
        self.acknowledged.flush()
        os.fsync(self.acknowledged.fileno())  # from here on the service may not lose it

    def call(self, machine: dict[str, str], path: str, body: dict[str, Any], *, key: str) -> Any:
        began = time.monotonic()
        while time.monotonic() < began + PATIENCE:
            status, answer, replayed = self._once(machine["bearer"], path, body, key)
            self._count(str(status) if status else "no answer")
            if status == 201:
                self._count("replayed" if replayed else "first")
                self.longest = max(self.longest, time.monotonic() - began)
                return answer
            if status and status < 500:
                raise SystemExit(f"refused for good: {path} {status} {answer}")
            time.sleep(PAUSE)
        raise SystemExit(f"out of patience: {path} {self.counts}")

    def _once(self, bearer: str, path: str, body: dict[str, Any], key: str) -> tuple[int, Any, bool]:
        headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": key, "Connection": "close"}
        headers["Content-Type"] = "application/json"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            connection.request("POST", f"/api/v1{path}", json.dumps(body), headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, HTTPException, ValueError):
            return 0, None, False
        finally:
            connection.close()
        return response.status, answer, response.headers.get("Idempotency-Replayed") == "true"

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def main(port: str, work: str, acknowledged: str, stop: str, first: str, step: str) -> None:
    given = json.loads(Path(work).read_text())
    pairs = [(m, o) for o in given["offers"] for m in range(len(given["machines"]))]
    with Path(acknowledged).open("a", encoding="utf-8") as file:
        client = Client(int(port), file)
        for n in range(int(first), len(pairs), int(step)):
            if Path(stop).exists():
                break
            machine, offer = pairs[n]
            client.take(given["machines"][machine], offer, f"{n}")
        else:
            client._count("out of work")
    print(json.dumps({"counts": client.counts, "longest": client.longest}))


if __name__ == "__main__":
    main(*sys.argv[1:])
