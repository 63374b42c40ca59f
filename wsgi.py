"""What a WSGI server loads: `gunicorn wsgi:application`."""

from registry.app import create_app

application = create_app()
