"""Backup and restore under load: what is restored holds every filing the backup claims, and proves itself."""

import json
from dataclasses import replace

from tests import postgres
from tests.faults.judging import Result, entries_of, stands
from tests.faults.load import Load
from tests.faults.stage import Place, Service, command
from tests.postgres import Cluster


def backup_and_restore(place: Place, cluster: Cluster | None = None) -> Result:
    """A backup is taken while clients file; the machine is lost; the backup comes up elsewhere.

    Everything acknowledged before the backup began must stand there. What came later is lost with a machine
    that has no standby: the restore says how far it reaches, and nothing pretends otherwise.
    """
    broken: list[str] = []
    taken = place.folder.parent / f"{place.folder.name}-backup"
    with Service(place) as service:
        load = Load(place, service.port)
        load.start()
        load.until(16)
        before = load.acknowledged()
        done = command(place, "backup", str(taken), "--with-keys")
        if done.returncode:
            broken.append(f"backup: {(done.stdout + done.stderr)[-600:]}")
        load.until(8)
        load.finish()
    result = load.result("backup under load", "1 backup, 1 restore elsewhere", least=24)
    new = _elsewhere(place, cluster)
    done = command(new, "restore", str(taken))
    if done.returncode:
        broken.append(f"restore: {(done.stdout + done.stderr)[-900:]}")
    new.work.write_bytes(place.work.read_bytes())
    folder = new.folder / "export"
    for words in (("log", "export", str(folder)), ("verify", str(folder), "--vkey", place.vkey, "--json")):
        done = command(new, *words)
        if done.returncode:
            broken.append(f"{words[0]}: {(done.stdout + done.stderr)[-600:]}")
    entries = entries_of(folder)
    claimed = json.loads((taken / "manifest.json").read_text())["size"]
    if len(entries) != claimed:
        broken.append(f"{len(entries)} filings restored, {claimed} claimed")
    missing = [one for one in before if not stands(one, entries)]
    return replace(result, lost=result.lost + len(missing), broken=(*result.broken, *broken))


def _elsewhere(place: Place, cluster: Cluster | None) -> Place:
    folder = place.folder.parent / f"{place.folder.name}-elsewhere"
    folder.mkdir()
    if cluster is None:
        url = owner = f"sqlite:///{folder / 'registry.sqlite'}"
    else:
        name = f"{place.folder.name}_elsewhere"
        cluster.create(name)
        url, owner = cluster.url(name, postgres.APPLICATION), cluster.url(name, postgres.OWNER)
    return Place(database=place.database, folder=folder, url=url, owner_url=owner)
