"""The Review page over many differences."""

import json
import time
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.documents import company, in_huma
from bench.measuring import admin, counting, run
from sync.analysis.analyse import analyse
from sync.analysis.persist import load, store
from sync.core.records.read import visma_employee
from sync.models import Conflict, SyncRun
from sync.reading.snapshots import store_people

DIFFERENCES_A_PAIR = 0.69
"""About how many differences a pair of the stand-ins' people has."""


def in_review(differences: int) -> SyncRun:
    """A run in review with at least ``differences``, stored as a read stores them."""
    started, today = run(), timezone.localdate()
    huma, visma = company(round(differences / DIFFERENCES_A_PAIR))
    for people, normalise in ((huma, in_huma), (visma, visma_employee)):
        documents = map(json.loads, people)
        store_people(started, [normalise(document, position, today) for document, position in documents])
    analysis = analyse(started.connection, load(started, "huma"), load(started, "visma"), today)
    store(started, analysis, today)
    return started


def views_of_review(differences: int, views: int) -> dict[str, Any]:
    """Open Review again and again, page after page: the seconds of each view, and the most statements."""
    started = in_review(differences)
    client = Client()
    client.force_login(User.objects.get(pk=admin().pk))
    address = reverse("admin:review", args=[started.connection.code])
    client.get(address)  # loads templates and translations
    seconds, statements = [], []
    for number in range(views):
        with counting() as counted:
            begun = time.perf_counter()
            answer = client.get(address, {"page": number % 40 + 1})
            seconds.append(time.perf_counter() - begun)
        assert answer.status_code == 200
        statements.append(counted.count)
    return {
        "differences": Conflict.objects.filter(run=started, standing="asks").count(),
        "seconds": seconds,
        "statements": max(statements),
    }
