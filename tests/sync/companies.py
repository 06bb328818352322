"""Several companies behind one address for each vendor: as at the vendors, the caller's key tells which one it is."""

import json
import uuid
from collections import Counter
from typing import Any

from django.contrib.auth.models import User
from werkzeug.wrappers import Request as HttpRequest

from connections import sandbox as vendors
from connections.models import Connection
from connections.sandbox.huma.api import HumaApi
from connections.sandbox.sandbox import Sandbox
from connections.sandbox.server import Answer, LoopbackServer
from connections.sandbox.visma.api import VismaApi
from sync.models import SyncRun
from sync.wizard import confirm, creation, review

State = dict[str, Any]


class OneCompany(Sandbox):
    """A sandbox with its own keys that doesn't listen itself. The same `seed` gives the same people."""

    def __init__(self, employees: int, seed: int, **more: Any) -> None:
        super().__init__(employees=employees, seed=seed, **more)
        self.tenant_id, self.key, organisation = (str(uuid.uuid4()) for _ in range(3))
        self.visma.tenants = {self.tenant_id}
        self.huma.api_keys = {self.key: vendors.HUMA_CLIENT_SECRET}
        self.huma.organization_id = organisation
        self.huma_api = HumaApi(self._shared, self.huma, self.huma_tokens)
        self.visma_api = VismaApi(self._shared, self.visma, self.visma_tokens, self._jobs)
        self.before: State = self.state()

    def start(self) -> "OneCompany":
        self._jobs.start()
        return self

    def connect(self, owner: User) -> Connection:
        """The connection between its two sides."""
        made = Connection.objects.create(
            name=f"Fjordheim {self.key[:4]}",
            tenant_id=self.tenant_id,
            huma_client_id=self.key,
            huma_client_secret=vendors.HUMA_CLIENT_SECRET,
            default_end_reason="arbeidstakerHarSagtOppSelv",
        )
        made.owners.add(owner)
        return made

    def outcome(self) -> dict[str, list[str]]:
        """Both sides' whole documents, without the ids that the vendors gave."""
        self.wait_for_jobs()
        after = self.state()
        return {
            side: sorted(self._known(json.dumps(document, sort_keys=True)) for document in after[side].values())
            for side in ("huma", "visma")
        }

    def written(self) -> Counter[str]:
        """The accepted writes and how often each was sent, without new ids."""
        taken = [one for one in self.journal.writes() if one.status in (200, 201, 202, 204)]
        bodies = ({k: v for k, v in one.body.items() if k != "lastChange"} for one in taken)
        sent = zip(taken, bodies, strict=True)
        return Counter(self._known(f"{one.method} {one.path} {json.dumps(body, sort_keys=True)}") for one, body in sent)

    def _known(self, text: str) -> str:
        after = self.state()
        for side in ("huma", "visma"):
            for id_, document in after[side].items():
                known = self.before[side].get(id_)
                for new in [id_] if known is None else []:
                    text = text.replace(new, "new")
                for position in document["positions"].keys() - (known or {"positions": {}})["positions"].keys():
                    text = text.replace(position, "new")
        return text


class Companies:
    """`with Companies(…) as companies:` both vendors' servers, and the companies that they know."""

    def __init__(self, *companies: OneCompany) -> None:
        self.companies = companies

    def __enter__(self) -> tuple[OneCompany, ...]:
        self._huma = LoopbackServer(0, self._to_huma)
        self._visma = LoopbackServer(0, self._to_visma)
        for company in self.companies:
            company.start()
        return self.companies

    def __exit__(self, *exc: object) -> None:
        self._huma.stop()
        self._visma.stop()
        for company in self.companies:
            company.stop()

    def settings(self) -> dict[str, str]:
        """Where both vendors are, by the settings' names."""
        return {
            "HUMA_API_URL": self._huma.url,
            "VISMA_API_URL": f"{self._visma.url}/v2",
            "VISMA_TOKEN_URL": f"{self._visma.url}/connect/token",
            "VISMA_CLIENT_ID": vendors.VISMA_CLIENT_ID,
            "VISMA_CLIENT_SECRET": vendors.VISMA_CLIENT_SECRET,
        }

    def _to_huma(self, http: HttpRequest) -> Answer:
        token, body = http.headers.get("Authorization"), http.get_data(as_text=True)
        asked = [c for c in self.companies if c.key in body or c.huma_tokens.scopes(token) is not None]
        return (asked or self.companies)[0].huma_api.respond(http)

    def _to_visma(self, http: HttpRequest) -> Answer:
        token, body = http.headers.get("Authorization"), http.get_data(as_text=True)
        asked = [c for c in self.companies if c.tenant_id in body or c.visma_tokens.scopes(token) is not None]
        return (asked or self.companies)[0].visma_api.respond(http)


def decide_everything(run: SyncRun, user: User) -> None:
    """Choose Huma's values where that empties nothing, and everybody who can be created; then confirm."""
    review.decide_bulk(run, user, review.ReviewFilter(show="all"), "huma")
    creation.choose_all(run, user, "huma", True)
    creation.choose_all(run, user, "visma", True)
    shown = confirm.build(run)
    confirm.confirm(run, user, shown.fingerprint, str(shown.people))
