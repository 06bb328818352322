"""`python -m tests.installations.make v2`: keep an installation of this version, as test data for later ones.

Once for each database: `HUMAVISMA_TEST_DB=postgres python -m tests.installations.make v2` for the other one. Made of
the stand-ins' invented people only. Refuses where there is one already: what was kept stays as it was.
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
