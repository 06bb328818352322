"""`python -m tests.installations.make v2`: keep an installation of this version, as test data for later ones.

Run it once for each database: `HUMAVISMA_TEST_DB=postgres python -m tests.installations.make v2` for the other one. It
has only the stand-ins' invented people. Refuses if there is one already: a kept installation never changes.
"""

import os
import sys

import django


def main(version: str) -> int:
    """Exit codes: 0 kept, 2 there is one already."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.installations.making import make

    return make(version)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
