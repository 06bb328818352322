"""The WSGI application, for `manage.py web` and runserver. It doesn't start on an installation that can't work."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "humavisma.settings")

application = get_wsgi_application()

from connections.installation.starting import require_sound_installation  # noqa: E402  # needs the apps loaded
from humavisma.unstorable_text import Request  # noqa: E402

application.request_class = Request

# With exit code 3 a server that starts processes (gunicorn) gives up; with another code it would try again for ever.
require_sound_installation(exit_code=3)

# Whoever closes the last connection to SQLite runs a checkpoint, which takes longer than a short request. So the web's
# threads keep their connections for a while. A worker's processes don't, because a connection must not survive a fork.
connections.settings["default"]["CONN_MAX_AGE"] = 60
