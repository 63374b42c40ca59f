"""What a WSGI server loads: `gunicorn wsgi:application`. Refuses a log that is not whole or not guarded."""

from registry.app import create_app
from registry.serving import ready

application = ready(create_app())
