"""The page's panel about real time: how to try it, where Huma's events go, and what became of the last ones."""

from __future__ import annotations

from html import escape

from connections.sandbox.clock import OSLO
from connections.sandbox.huma.state import HumaState
from connections.sandbox.huma.webhooks import Sent, Webhook, Webhooks

_SHOWN = 8
_PANEL = """<details class="panel" id="webhook"{open}>
<summary>Real time <span id="webhook-state" data-live>{state}</span></summary>
<div class="columns"><div><p>A change in Huma is in Visma seconds later:</p><ol>
<li>In humavisma, connect this company and let the first sync finish.</li>
<li>In the menu of the connection, open <b>Automatic updates</b> and turn them on.</li>
<li>Open <b>Notices from Huma</b> there, and copy the address and the signing key into this form.</li>
<li>Below, at somebody who is in both systems (no <i>Draft</i>, <i>Former</i> or <i>Upcoming</i>), click <b>Edit</b>
beside the phone, save another number, and watch Visma's side.</li></ol></div>
<form method="post" action="/webhooks" class="fields"><h2>Huma's webhook</h2>
<label for="url">Address</label><input type="url" id="url" name="url" required maxlength="500" autocomplete="off">
<label for="secret">Client secret</label>
<input id="secret" name="secret" maxlength="500" autocomplete="off" spellcheck="false">
<label for="token">Access token <small>if the connection has one</small></label>
<input id="token" name="token" maxlength="500" autocomplete="off" spellcheck="false">
<button>Save the webhook</button></form></div>{registered}</details>"""
_REGISTERED = """<div class="registered"><p><b class="path">{url}</b> {marks}</p>
<form method="post" action="/webhooks/remove"><input type="hidden" name="url" value="{url}">
<button class="quiet" aria-label="Remove {url}">Remove</button></form>
<div class="sent" id="sent-{number}" data-live>{sent}</div></div>"""
_TABLE = """<table><thead><tr><th scope="col">Sent</th><th scope="col">Event</th><th scope="col">Who</th>
<th scope="col">Answer</th></tr></thead><tbody>{lines}</tbody></table>"""


def panel(webhooks: Webhooks, huma: HumaState) -> str:
    """The panel; it stands open until there is a webhook."""
    every = list(webhooks.values())
    registered = "".join(_registered(number, one, huma) for number, one in enumerate(every))
    return _PANEL.format(open="" if every else " open", state=escape(_state(every)), registered=registered)


def _state(every: list[Webhook]) -> str:
    if not every:
        return "no webhook yet"
    last = max((one.sent[-1] for one in every if one.sent), key=lambda sent: sent.at, default=None)
    if last is None:
        return "a webhook is there, nothing was sent yet"
    return f"last event sent {last.at.astimezone(OSLO):%H:%M:%S}, answer {_answer(last)}"


def _registered(number: int, webhook: Webhook, huma: HumaState) -> str:
    signed = '<span class="mark good">Signed</span>' if webhook.secret else '<span class="mark">Not signed</span>'
    token = ' <span class="mark good">With a token</span>' if webhook.token else ""
    sent = list(webhook.sent)[: -_SHOWN - 1 : -1]
    lines = "".join(_line(one, huma) for one in sent)
    return _REGISTERED.format(
        url=escape(webhook.url),
        number=number,
        marks=signed + token,
        sent=_TABLE.format(lines=lines) if lines else "<p>Nothing was sent there yet.</p>",
    )


def _line(sent: Sent, huma: HumaState) -> str:
    again = f", try {sent.tries}" if sent.tries > 1 else ""
    return (
        f"<tr><td>{sent.at.astimezone(OSLO):%H:%M:%S}</td><td>{escape(sent.topic)}</td>"
        f"<td>{escape(', '.join(_name(id, huma) for id in sent.ids))}</td><td>{_answer(sent)}{again}</td></tr>"
    )


def _name(id: str, huma: HumaState) -> str:
    user = huma.users.get(id)
    return f"{user.values.get('givenName', '')} {user.values.get('familyName', '')}".strip() if user else id


def _answer(sent: Sent) -> str:
    hints = {0: "none: nobody answers at this address", 401: "401: another signing key or token is expected"}
    hints |= {403: "403: refused", 404: "404: nothing is at this address"}
    return hints.get(sent.status, str(sent.status))
