"""Installs the points in each process of a worker under test: Python imports this module first."""

import os

from tests.crash.child import Points, install

install(Points(os.environ["CRASH_REPORT"], int(os.environ["CRASH_AT"])))
