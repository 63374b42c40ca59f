"""A process that starts as a server does, on a log others wrote: says how long it is and its last leaf, once
it has found it to be ours and whole.
"""

from collections.abc import Mapping

from registry import config, serving
from registry.app import create_app
from registry.config import Settings
from registry.database import db
from registry.ledger import service as ledger
from registry.ledger.models import LedgerEntry


def environment_of(settings: Settings) -> Mapping[str, str]:
    """What makes another process read the same settings."""
    return {
        "REGISTRY_INSTANCE": str(settings.instance),
        "REGISTRY_DATABASE_URL": settings.database_url,
        "REGISTRY_OWNER_DATABASE_URL": settings.owner_database_url,
        "REGISTRY_SECRET_KEY": settings.secret_key,
        "REGISTRY_ORIGIN": settings.origin,
        "REGISTRY_BASE_URL": settings.base_url,
        "REGISTRY_LOG": "text",
    }


def main() -> None:
    app = serving.ready(create_app(config.from_environment()))
    with app.app_context():
        size = ledger.size()
        leaf = db.session.query(LedgerEntry.leaf).filter_by(seq=size - 1).one().leaf.hex()
        assert ledger.audit().exit_code == 0
        print(size, leaf)
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main()
