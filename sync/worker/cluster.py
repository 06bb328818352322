"""The cluster as a process: `python -m sync.worker.cluster`, started by `manage.py worker` and by nobody else.

Each of its processes ends when the process that started it ends, however that one died.
"""

import os

from sync.worker.processes import die_with


def _die_with_whoever_forks() -> None:
    """Ask the kernel in every child to end it with its parent: the setting isn't inherited by a fork."""
    forking = [os.getpid()]

    def remember() -> None:
        forking[0] = os.getpid()

    os.register_at_fork(before=remember, after_in_child=lambda: die_with(forking[0]))


def main() -> None:
    """Start the cluster, and return when it has ended."""
    from sync.worker.heartbeat import PARENT_PID, beat_at_every_task

    die_with(int(os.environ[PARENT_PID]))
    _die_with_whoever_forks()
    from django.core.management import call_command

    beat_at_every_task()
    call_command("qcluster", skip_checks=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "humavisma.settings")
    import django

    django.setup()
    main()
