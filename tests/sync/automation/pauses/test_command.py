"""Without a worker: the command pauses, says so, and continues when the access works again."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_q.models import OrmQ

from connections.models import Connection
from connections.pauses import pausing
from sync.models import SyncRun
from tests.sync.automation.pauses.access import PAUSED, RESUMED, huma_accepts, huma_refuses, now, phone_in_visma
from tests.sync.driving import sync

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "+4722334455"


def test_it_pauses_and_asks_again_each_time_it_is_started(fjordheim, person, mails):
    fjordheim.huma(person, phone=NUMBER)
    huma_refuses(fjordheim)
    code, said = sync(fjordheim.connection, "--conflicts", "huma")
    assert (code, said["state"]) == (2, "failed")
    assert said["error"].startswith("Huma refused the API key.")
    assert now(fjordheim) == ("paused", "credentials_huma")
    assert mails() == [PAUSED]

    for _ in range(2):
        with pytest.raises(CommandError):
            call_command("sync", fjordheim.connection.code)
    huma_accepts(fjordheim)
    code, said = sync(fjordheim.connection, "--conflicts", "huma")
    assert (code, said["state"], said["changes"]["done"]) == (0, "finished", 1)
    assert phone_in_visma(fjordheim.sandbox, person) == NUMBER
    assert mails() == [PAUSED, RESUMED]
    OrmQ.objects.all().delete()


def test_a_pause_by_hand_is_kept_until_its_last_day_is_over(fjordheim, person, hr):
    runs = SyncRun.objects.count()
    pausing.pause(fjordheim.connection, hr, timezone.localdate())
    with pytest.raises(CommandError):
        call_command("sync", fjordheim.connection.code)
    assert SyncRun.objects.count() == runs
    Connection.objects.update(paused_until=timezone.localdate() - timedelta(days=1))
    assert sync(fjordheim.connection)[0] == 0
    assert now(fjordheim) == ("active", "")
