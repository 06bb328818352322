"""Plain HTTP callers for the stand-ins' own tests: they don't use our clients, and retry nothing."""

from __future__ import annotations

import json
import time
from typing import Any

import requests

from connections import sandbox as vendors
from connections.sandbox import Sandbox

MEDIA_TYPE = "application/vnd.no.payroll.employee.V2.0+json"


class HumaCaller:
    """Sends requests to the Huma stand-in, with a token."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.url = sandbox.huma_url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {self.token().json()['access_token']}"

    def token(self, **form: str) -> requests.Response:
        usual = {
            "grant_type": "client_credentials",
            "client_id": vendors.HUMA_CLIENT_ID,
            "client_secret": vendors.HUMA_CLIENT_SECRET,
        }
        return self.session.post(self.url + "/auth/oauth/token", data=usual | form, timeout=10)

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(self.url + path, params=params, timeout=10)

    def patch(self, path: str, body: Any) -> requests.Response:
        return self.session.patch(self.url + path, json=body, timeout=10)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.session.post(self.url + path, json=body, timeout=10)

    def close(self) -> None:
        self.session.close()


class VismaCaller:
    """Sends requests to the Visma stand-in, with a token and its media type."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.url = sandbox.visma_url
        self.host = self.url.removesuffix("/v2")
        self.token_url = sandbox.visma_token_url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Accept"] = MEDIA_TYPE
        self.session.headers["Authorization"] = f"Bearer {self.token().json()['access_token']}"

    def token(self, **form: str) -> requests.Response:
        usual = {
            "grant_type": "client_credentials",
            "client_id": vendors.VISMA_CLIENT_ID,
            "client_secret": vendors.VISMA_CLIENT_SECRET,
            "tenant_id": vendors.TENANT_ID,
            "scope": f"{vendors.READ_SCOPE} {vendors.WRITE_SCOPE}",
        }
        return self.session.post(self.token_url, data=usual | form, timeout=10)

    def get(self, path: str, params: dict[str, str] | None = None) -> requests.Response:
        return self.session.get(self.url + path, params=params, timeout=10)

    def send(self, method: str, path: str, body: Any, etag: str | None = None) -> requests.Response:
        headers = {"Content-Type": MEDIA_TYPE} | ({"If-Match": etag} if etag else {})
        return self.session.request(method, self.url + path, data=json.dumps(body), headers=headers, timeout=10)

    def job(self, accepted: requests.Response) -> dict[str, Any]:
        """Follow a job to its end."""
        assert accepted.status_code == 202, accepted.text
        for _ in range(500):
            job: dict[str, Any] = self.session.get(self.host + accepted.headers["Location"], timeout=10).json()
            if job["status"] in ("Succeeded", "Failed"):
                return job
            time.sleep(0.01)
        raise AssertionError("the job did not end")

    def put(self, path: str, etag: str | None = None, **changes: Any) -> dict[str, Any]:
        """Read a document, change top-level properties (None removes), and write it back; returns the finished job."""
        read = self.get(path)
        body = {**read.json(), **changes}
        body = {name: value for name, value in body.items() if name not in changes or value is not None}
        return self.job(self.send("PUT", path, body, etag or read.headers["ETag"]))

    def close(self) -> None:
        self.session.close()
