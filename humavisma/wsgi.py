"""The web application, for `manage.py web` and runserver. It doesn't start on an installation that can't work."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "humavisma.settings")

application = get_wsgi_application()

from connections.checks import require_sound_installation  # noqa: E402  # needs the apps loaded
from humavisma.doors import Request  # noqa: E402

application.request_class = Request

# At 3 a server that starts processes for it gives up (gunicorn); at another code it would try again without end.
require_sound_installation(exit_code=3)

# The last one that closes SQLite tidies up after everybody, which took longer than a short request itself: the web's
# threads keep their connections a while. A worker's processes don't: what is open must not cross a fork.
connections.settings["default"]["CONN_MAX_AGE"] = 60
