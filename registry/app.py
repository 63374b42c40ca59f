"""The application: extensions, doors, error handlers, and the folders' blueprints in one list."""

from flask import Flask
from flask_migrate import Migrate

from registry import config, database, language, problems
from registry.config import Settings
from registry.database import db
from registry.ledger import service as ledger
from registry.machines import api as machines
from registry.pages import BLUEPRINTS
from registry.parties import doors, tasks as parties_tasks  # noqa: F401


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application. Raises Misconfigured when a required setting is missing."""
    settings = settings or config.from_environment()
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.body_limit,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        TESTING=settings.testing,
    )
    app.extensions["settings"] = settings
    database.init_app(app, settings.database_url)
    Migrate(app, db, directory="migrations", render_as_batch=True)
    language.init_app(app)
    problems.init_app(app)
    doors.init_app(app)
    ledger.init_app(app, settings)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    machines.init_app(app)
    return app
