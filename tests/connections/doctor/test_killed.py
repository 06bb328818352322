"""A check whose process is killed in the middle: another one is refused for two minutes, and works after that."""

import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.utils import timezone

from connections.doctor import check as doctor
from connections.models import Diagnosis
from tests.connections.doctor.conftest import checked_company
from tests.sync.workers import wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]

SLOW = 0.3
"""Seconds that each answer takes, so that the check is in the middle when it is killed."""


def test_after_a_kill_it_is_said_and_the_next_one_is_whole(settings: Any, hr: User, process_env: Any) -> None:
    with checked_company(settings, hr) as (sandbox, connection):
        before, writes = sandbox.state(), len(sandbox.journal.writes())
        ours = {name: getattr(settings, name) for name in ("HUMA_API_URL", "VISMA_API_URL", "VISMA_TOKEN_URL")}
        ours |= {name: getattr(settings, name) for name in ("VISMA_CLIENT_ID", "VISMA_CLIENT_SECRET")}
        command = [sys.executable, "manage.py", "doctor", connection.code]
        sandbox.faults.before("*", "*", ".*", lambda: time.sleep(SLOW), float("inf"))
        running = subprocess.Popen(command, cwd=django_settings.BASE_DIR, env={**process_env, **ours})
        assert wait_for(lambda: Diagnosis.objects.filter(connection=connection, done__gte=1).exists())
        running.kill()
        assert running.wait(30) != 0
        sandbox.faults.clear()
        with pytest.raises(doctor.NotNow) as refused:
            doctor.check(connection)
        assert refused.value.why == "busy"
        Diagnosis.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
        assert doctor.check(connection).trouble == ""
        assert Diagnosis.objects.get().findings
        assert sandbox.state() == before
        assert len(sandbox.journal.writes()) == writes
