"""Python imports this first in each process of a worker under test, which so passes the points."""

import os

from tests.crash.child import Points, install

install(Points(os.environ["CRASH_REPORT"], int(os.environ["CRASH_AT"])))
