"""This site's receivers, asked from outside: they take what is genuine, and nothing else.

What is sent changes nothing: an event of a kind that no receiver knows, an empty list of records, an empty form.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from http import HTTPStatus

from ...conf import conf, key_of
from .findings import Check, Verdict, error, ok, warning
from .patient import Patient, address
from .web import Answer, ask

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
KIND = "doctor.asked"


def action(_patient: Patient) -> Verdict | None:
    """Signed as Actions sign (Standard Webhooks 1.0.0)."""
    url = address("hook_action")
    if not url or not conf.ACTION_SECRET:
        return None
    body = event()
    answer = ask("POST", url, body=body, headers={**JSON, **signed(body, conf.ACTION_SECRET[0])})
    return wrong(url, answer) or judged(
        answer,
        HTTPStatus.NO_CONTENT,
        "the site takes what Actions sign",
        "the site refuses what is signed with the first ACTION_SECRET: it runs with another one, or its clock is off",
        "Start it anew with these settings.",
    )


def action_unsigned(_patient: Patient) -> Verdict | None:
    url = address("hook_action")
    if not url or not conf.ACTION_SECRET:
        return None
    answer = ask("POST", url, body=event(), headers=JSON)
    return wrong(url, answer) or refused(answer, "reports that nobody signed")


def logs(_patient: Patient) -> Verdict | None:
    url = address("hook_logs")
    if not url or not conf.LOG_STREAM_TOKEN:
        return None
    answer = ask("POST", url, body=b"[]", headers={**JSON, "authorization": conf.LOG_STREAM_TOKEN[0]})
    return wrong(url, answer) or judged(
        answer,
        HTTPStatus.NO_CONTENT,
        "the site takes log records that bring its token",
        "the site refuses the first LOG_STREAM_TOKEN: it runs with another one, or a proxy takes the header away",
        "Start it anew with these settings, and have proxies pass Authorization on.",
    )


def logs_unsigned(_patient: Patient) -> Verdict | None:
    url = address("hook_logs")
    if not url or not conf.LOG_STREAM_TOKEN:
        return None
    answer = ask("POST", url, body=b"[]", headers=JSON)
    return wrong(url, answer) or refused(answer, "log records without a token")


def backchannel(_patient: Patient) -> Verdict | None:
    url = address("backchannel_logout")
    if not url:
        return None
    answer = ask("POST", url, headers=FORM)
    return wrong(url, answer) or refused(answer, "logouts without a token")


def event() -> bytes:
    said = {"type": KIND, "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "data": {}}
    return json.dumps(said).encode()


def signed(body: bytes, secret: str) -> dict[str, str]:
    name, sent_at = f"msg_{uuid.uuid4().hex}", str(int(time.time()))
    digest = hmac.new(key_of(secret), f"{name}.{sent_at}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": name, "webhook-timestamp": sent_at, "webhook-signature": signature}


def wrong(url: str, answer: Answer | str) -> Verdict | None:
    """What is not an answer of ours at all."""
    if isinstance(answer, str):
        return warning(
            f"{url} cannot be reached from here ({answer})", "See that the tenant can; from here it may be different."
        )
    if answer.status == HTTPStatus.NOT_FOUND:
        return error(
            f"{url} does not exist where the site runs",
            "See that the site runs with these settings, and that proxies pass the address on.",
        )
    if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        return error(
            f"{url} redirects: something before the package asks for a sign-in, or for another host or https",
            "Leave the address out of it, and set SITE_URL to the host that answers without a redirect.",
        )
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return error(f"{url} answers with status {answer.status}", "See the site's log.")
    return None


def judged(answer: Answer | str, wanted: HTTPStatus, good: str, bad: str, do: str) -> Verdict:
    status = answer.status if isinstance(answer, Answer) else 0
    return ok(good) if status == wanted else error(f"{bad} (status {status})", do)


def refused(answer: Answer | str, what: str) -> Verdict:
    """400: ours. 403 is a proxy's or Django's CSRF check, which would refuse the tenant as well."""
    bad = f"the site does not refuse {what} as it should"
    do = "See what answers there before the package does."
    return judged(answer, HTTPStatus.BAD_REQUEST, f"the site refuses {what}", bad, do)


CHECKS = (
    Check(id="webhooks.action", asks="the receiver for Actions", judge=action),
    Check(id="webhooks.action_unsigned", asks="the receiver for Actions, unsigned", judge=action_unsigned),
    Check(id="webhooks.logs", asks="the receiver of the log stream", judge=logs),
    Check(id="webhooks.logs_unsigned", asks="the receiver of the log stream, without its token", judge=logs_unsigned),
    Check(id="webhooks.backchannel", asks="the receiver of logout tokens", judge=backchannel),
)
