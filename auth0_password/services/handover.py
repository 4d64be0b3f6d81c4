"""The hand-over: an Action of the tenant vouches for somebody who has just signed in there to choose a new password,
and sends them here instead of back with a code (C4a). So it is open to whom an Action lets get no code, too."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.utils import timezone

from ..conf import conf
from ..exceptions import HandoverError, NotGenuineError
from ..gateway import Handover, Ticket, handover_from
from .sessions import Stamp
from .subjects import user_of
from .tickets import issue_ticket, issue_ticket_to_stranger

SCOPE = "update:password"
"""What `/authorize` is asked for. Where no Action answers to it, Auth0 ignores it: then a code comes back."""


def is_offered() -> bool:
    """Whether this site takes anybody over: it shares a secret with the Action, and knows its own name."""
    return bool(conf.HANDOVER_SECRET and conf.SITE_URL)


def open_handover(session_token: str) -> Handover:
    """Whoever an Action handed over within the last minute. Raises `HandoverError`."""
    secrets, domains, now = conf.HANDOVER_SECRET, conf.domains, timezone.now()
    try:
        return handover_from(session_token, secrets, domains=domains, audience=conf.SITE_URL, now=now)
    except NotGenuineError as error:
        raise HandoverError(str(error)) from None


def proof_of(handover: Handover, *, sid: str = "") -> Stamp:
    """The sign-in that a hand-over proves, as the session that was re-authenticated with it remembers it; `sid` is
    what that session was called at Auth0 before.

    One token makes one name, so it is a proof only once. By our clock it is dated as early as it may be.
    """
    at = min(handover.issued_at, timezone.now())
    return Stamp(
        id=hashlib.sha256(handover.signed.encode()).hexdigest()[:32],
        at=at.timestamp(),
        since=handover.authenticated_at.timestamp(),
        auth_age=_seconds(handover.authenticated_at, handover.issued_at),
        sid=sid,
        sub=handover.subject,
        mfa=handover.mfa,
        strategy="auth0",
        org=handover.organization,
        reauthenticated=True,
    )


def ticket_for(proof: Stamp) -> Ticket:
    """For somebody who is not signed in here: whoever the proof is about, a user of this site or not (yet). Raises
    what `issue_ticket` raises."""
    user = user_of(proof.sub)
    return issue_ticket_to_stranger(proof) if user is None else issue_ticket(user, proof=proof)


def _seconds(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds())
