"""The comparison: the same requests in a bare `requests` loop, with threads for each vendor; the answers are ignored.

``python -m bench.bare FILE THREADS``: the file has the addresses for each vendor, in order; prints the seconds.
"""

import json
import sys
import threading
import time
from collections import deque
from pathlib import Path

import requests

from connections import sandbox
from connections.api.visma.client import MEDIA_TYPE


def tokens(asked: dict[str, list[str]]) -> dict[str, str]:
    """An access token of each vendor; asking for it is a part of the measured time."""
    huma = {"client_id": sandbox.HUMA_CLIENT_ID, "client_secret": sandbox.HUMA_CLIENT_SECRET}
    visma = {"client_id": sandbox.VISMA_CLIENT_ID, "client_secret": sandbox.VISMA_CLIENT_SECRET}
    visma |= {"tenant_id": sandbox.TENANT_ID, "scope": f"{sandbox.READ_SCOPE} {sandbox.WRITE_SCOPE}"}
    forms = {"huma_token": huma, "visma_token": visma}
    found = {}
    for name, form in forms.items():
        answer = requests.post(asked[name][0], {"grant_type": "client_credentials", **form}, timeout=30)
        found[name.removesuffix("_token")] = answer.json()["access_token"]
    return found


def ask(addresses: deque[str], token: str, media: str) -> None:
    """One thread: ask for the next address until none is left."""
    with requests.Session() as session:
        session.headers.update({"Authorization": f"Bearer {token}", "Accept": media})
        while True:
            try:
                address = addresses.popleft()
            except IndexError:
                return
            answer = session.get(address, timeout=30)
            answer.raise_for_status()
            answer.json()


def race(asked: dict[str, list[str]], threads: int) -> float:
    """The seconds for all requests. One thread asks for Visma's pages, because each has the cursor of the next."""
    begun = time.perf_counter()
    given = tokens(asked)
    huma, visma = deque(asked["huma"]), deque(asked["visma"])
    workers = [threading.Thread(target=ask, args=(huma, given["huma"], "application/json")) for _ in range(threads)]
    workers.append(threading.Thread(target=ask, args=(visma, given["visma"], MEDIA_TYPE)))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if huma or visma:
        raise SystemExit("The bare loop could not ask for everything.")
    return time.perf_counter() - begun


if __name__ == "__main__":
    print(json.dumps(race(json.loads(Path(sys.argv[1]).read_text()), int(sys.argv[2]))))  # noqa: T201
