"""Write the next migration from the models: `make migration NAME="what it does"`.

Alembic compares the models with a database migrated so far; what it writes is formatted, read by its author,
and never edited once it was released.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from registry.schema import MIGRATIONS


def write(name: str) -> Path:
    """A new file in migrations/versions, numbered after the newest: what the models say beyond it."""
    alembic = Config()
    alembic.set_main_option("script_location", str(MIGRATIONS))
    newest = ScriptDirectory.from_config(alembic).get_current_head() or "0000"
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/empty.sqlite")
        with engine.begin() as connection:
            alembic.attributes["connection"] = connection
            command.upgrade(alembic, "head")
        with engine.begin() as connection:
            alembic.attributes.update(connection=connection, whole_tables=newest == "0000")
            command.revision(alembic, name, autogenerate=True, rev_id=f"{int(newest) + 1:04d}")
        engine.dispose()
    path = max((MIGRATIONS / "versions").glob("*.py"))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "# ###" not in line), encoding="utf-8")
    ruff = str(Path(sys.executable).with_name("ruff"))
    subprocess.run([ruff, "check", "--quiet", "--fix", "--ignore=E501", str(path)], check=True)
    subprocess.run([ruff, "format", "--quiet", str(path)], check=True)
    return path


if __name__ == "__main__":
    print(write(" ".join(sys.argv[1:]) or "change"))
