"""Write the initial migration anew from the models: `make migration`, until the first release freezes it.

Alembic compares the models with an empty database; what it writes is formatted and never edited by hand.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from registry.schema import MIGRATIONS

INITIAL = MIGRATIONS / "versions" / "0001_initial.py"


def write() -> Path:
    """Replace 0001_initial.py by what the models say now."""
    INITIAL.unlink(missing_ok=True)
    INITIAL.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/empty.sqlite")
        alembic = Config()
        alembic.set_main_option("script_location", str(MIGRATIONS))
        with engine.begin() as connection:
            alembic.attributes.update(connection=connection, whole_tables=True)
            command.revision(alembic, "initial", autogenerate=True, rev_id="0001")
        engine.dispose()
    lines = INITIAL.read_text(encoding="utf-8").splitlines(keepends=True)
    INITIAL.write_text("".join(line for line in lines if "# ###" not in line), encoding="utf-8")
    ruff = str(Path(sys.executable).with_name("ruff"))
    subprocess.run([ruff, "check", "--quiet", "--fix", "--ignore=E501", str(INITIAL)], check=True)
    subprocess.run([ruff, "format", "--quiet", str(INITIAL)], check=True)
    return INITIAL


if __name__ == "__main__":
    print(write())
