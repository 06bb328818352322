"""Why connecting failed, in people's words: a table from codes to a sentence and what to try, in order."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from connections.api.vendor import Vendor
from connections.vendors.probe import Trouble


@dataclass(frozen=True)
class Explanation:
    """What a person is told: what happened, what follows, and the possible causes in the order to try them."""

    title: str
    text: str
    causes: tuple[str, ...]

    @property
    def line(self) -> str:
        """All of it in one line, for a terminal."""
        return " ".join(part for part in (self.title, self.text, *self.causes) if part)


@dataclass(frozen=True)
class _Entry:
    title: str
    text: str = ""
    causes: Sequence[str] = ()


_NOTHING_STORED = _("Nothing was stored. Try again in a few minutes.")
_TELL = _("Nothing was stored. Try again; if it happens again, tell your administrator.")
_ACTIVATE = _(
    "Open %(app)s in Visma.net's App Store, make sure that both 'Read employees' and 'Write employees' are "
    "activated, and click Integrate."
)
_AUTHORISE = _(
    "%(app)s isn't authorised in this company yet: open it in Visma.net's App Store, click Authorize app, "
    "then Integrate."
)
_RIGHT_COMPANY = _(
    "The Tenant ID belongs to another company. Choose the right company in Visma.net, click your name in the "
    "top right and copy the Tenant ID again."
)
_WAIT = _("The app was authorised a moment ago. Wait a minute, then click Connect again.")
_COPY_AGAIN = _("Part of them was lost or changed when you copied them. Copy both again, each into its own field.")
_NEW_KEY = _(
    "The API key was deleted in Huma, or its Client secret is an older one. Create a new API key under "
    "System settings → Open API."
)
_OTHER_HUMA = _(
    "The API key comes from another Huma organisation or from a demo. Log in to the one that you want to connect."
)

_CUSTOMERS_ID = _(
    "This is the customer's Tenant ID, not the company's. The two often have the same name, and both let us "
    "sign in. You find the company's under Visma Admin → Company → Edit → Configuration → Tenant id. Copy "
    "that one."
)

_NO_COMPANY = _Entry(
    _("Visma.net gives %(app)s no access to the company with this Tenant ID."),
    causes=(_AUTHORISE, _RIGHT_COMPANY, _WAIT),
)
_NO_SCOPES = _Entry(
    _("'Read employees' and 'Write employees' aren't activated for %(app)s."), causes=(_ACTIVATE, _WAIT)
)
_NO_HUMA = _Entry(
    _("Huma doesn't accept this Client ID and Client secret."), causes=(_COPY_AGAIN, _NEW_KEY, _OTHER_HUMA)
)
_TABLE = {
    "visma:invalid_grant": _NO_COMPANY,
    "visma:unauthorized_client": _NO_COMPANY,
    "visma:unauthorized": _NO_COMPANY,
    "visma:invalid_scope": _NO_SCOPES,
    "visma:wrong_tenant": _Entry(
        _("Visma.net lets %(app)s in with this Tenant ID, but refuses everything that it asks for."),
        causes=(_CUSTOMERS_ID, _ACTIVATE, _WAIT),
    ),
    "visma:missing_scope:read": _Entry(_("'Read employees' isn't activated for %(app)s."), causes=(_ACTIVATE, _WAIT)),
    "visma:missing_scope:write": _Entry(_("'Write employees' isn't activated for %(app)s."), causes=(_ACTIVATE, _WAIT)),
    "visma:forbidden": _Entry(
        _("Visma.net lets %(app)s in, but doesn't let it fetch the employees."),
        causes=(_ACTIVATE, _RIGHT_COMPANY, _WAIT),
    ),
    "visma:application": _Entry(
        _("Visma.net doesn't accept the installation's Visma key, so no company can be connected."),
        _(
            "It has nothing to do with your company or its Tenant ID. Tell your administrator to check "
            "VISMA_CLIENT_ID and VISMA_CLIENT_SECRET."
        ),
    ),
    "huma:unauthorized": _NO_HUMA,
    "huma:invalid_client": _NO_HUMA,
    "huma:invalid_grant": _NO_HUMA,
    "huma:swapped": _Entry(
        _("Client ID and Client secret were in each other's field."),
        _("The Client ID is in the right field now. Paste the Client secret into its own field."),
    ),
    "huma:forbidden": _Entry(
        _("Huma accepts the API key, but doesn't let it fetch people."),
        causes=(_("The API key has too few rights in Huma. Ask an administrator to create a new one."), _OTHER_HUMA),
    ),
    "unavailable": _Entry(_("%(side)s doesn't answer."), _NOTHING_STORED),
    "slow": _Entry(_("%(side)s takes too long to answer."), _NOTHING_STORED),
    "busy": _Entry(_("%(side)s gets too many requests and asks us to wait."), _NOTHING_STORED),
    "nonsense": _Entry(_("%(side)s gave an answer that we don't understand (%(prop)s)."), _TELL),
    "refused": _Entry(_("Nothing could be fetched from %(side)s."), _TELL),
    "other_organisation": _Entry(
        _("This API key belongs to another Huma organisation than the connection."),
        causes=(
            _("Create the API key in the Huma organisation that this connection was made with."),
            _("If you mean another company, make a connection of its own: choose Connect another company."),
        ),
    ),
    "tenant_taken": _Entry(
        _("This Tenant ID is already connected."),
        _(
            "A company in Visma.net can be connected once. Ask the colleague who made the connection, or your "
            "administrator."
        ),
    ),
    "tenant_reserved": _Entry(
        _("This Tenant ID is reserved for the Huma organisation that it was connected to."),
        _(
            "Nothing was stored. If the company has moved to another Huma organisation, free the Tenant ID under "
            "Approvals first."
        ),
    ),
}


def explain(trouble: Trouble) -> Explanation:
    """What a person is told about a trouble; a code without an entry counts as a refusal by its side."""
    entry = _TABLE.get(f"{trouble.side}:{trouble.code}") or _TABLE.get(trouble.code) or _TABLE["refused"]
    side = trouble.side.label if trouble.side else ""
    words = {"app": settings.VISMA_APP_NAME, "side": side, "prop": trouble.prop}

    def say(text: str) -> str:
        return gettext(text) % words if text else ""

    return Explanation(say(entry.title), say(entry.text), tuple(say(cause) for cause in entry.causes))


def request_to_colleague(side: str) -> str:
    """A text to send to the colleague who can give the missing access."""
    if side == Vendor.HUMA:
        return gettext(
            "Hi! I am connecting Huma with Visma.net Payroll, so that we keep employee data in one place only. I "
            "need an API key for Huma's Open API, and you are an administrator there. Could you please:\n"
            "1. Log in to Huma and open System settings → Open API.\n"
            "2. Create an API key.\n"
            "3. Send me its Client ID and its Client secret, the secret in a safe way (not by email). Huma shows the "
            "secret only once.\n"
            "Thank you!"
        )
    return gettext(
        "Hi! I am connecting Huma with Visma.net Payroll, so that we keep employee data in one place only. You "
        "are an administrator in Visma.net with access to the App Store. Could you please:\n"
        "1. Log in to Visma.net, choose our company, and open the App Store.\n"
        "2. Find and open %(app)s, and click Authorize app at the bottom.\n"
        "3. Make sure that both 'Read employees' and 'Write employees' are activated, then click Integrate.\n"
        "4. Click your name in the top right, copy the Tenant ID and send it to me.\n"
        "Thank you!"
    ) % {"app": settings.VISMA_APP_NAME}
