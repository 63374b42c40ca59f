"""What reached the disk before the answer: a trace of system calls, read for the order of three of them."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass

from tests.faults.judging import Result
from tests.faults.load import Load
from tests.faults.stage import Place, Service

CALLS = "pwrite64,write,fdatasync,fsync,sendto,sendmsg,writev"
WAL_WRITE = re.compile(r"\bpwrite64\(\d+<[^>]*-wal>")
WAL_SYNC = re.compile(r"\b(?:fdatasync|fsync)\(\d+<[^>]*-wal>")
CREATED = re.compile(r"\b(?:sendto|sendmsg|write|writev)\(\d+<[^>]*>.*HTTP/1\.1 201")


@dataclass(frozen=True, slots=True)
class Order:
    """Answers 201 in a trace, and how many came after a write that had not been flushed, or after none."""

    answers: int
    unflushed: int
    unwritten: int


def order(lines: Iterable[str]) -> Order:
    """Read a trace of one thread's calls, in the form `strace -y` writes."""
    answers = unflushed = unwritten = 0
    written = flushed = False
    for line in lines:
        if WAL_WRITE.search(line):
            written, flushed = True, False
        elif WAL_SYNC.search(line) and "= -1" not in line:
            flushed = True
        elif CREATED.search(line):
            answers += 1
            unwritten += not written
            unflushed += written and not flushed
            written = flushed = False
    return Order(answers, unflushed, unwritten)


def flushed_before_answered(place: Place) -> Result:
    """One worker, one thread, one client, under strace: no 201 before its bytes were flushed."""
    if shutil.which("strace") is None:
        raise FileNotFoundError("strace is missing: on Debian apt-get install strace")
    trace = place.folder.parent / f"{place.folder.name}.trace"
    with Service(place, workers=1, threads=1) as service:
        pid = service.worker_pids()[0]
        words = ["strace", "-f", "-y", "-s", "48", "-e", f"trace={CALLS}", "-o", str(trace), "-p", str(pid)]
        tracer = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        time.sleep(1)
        load = Load(place, service.port, clients=1)
        load.start()
        load.until(8)
        load.finish()
        tracer.terminate()
        tracer.wait(timeout=20)
    found = order(trace.read_text(errors="replace").splitlines())
    complaints = []
    if found.answers < 16:
        complaints.append(f"only {found.answers} answers in the trace")
    if found.unflushed or found.unwritten:
        complaints.append(f"answered too early: {found}")
    done = f"{found.answers} answers traced"
    return load.result("flushed before answered", done, least=8, complaints=tuple(complaints))
