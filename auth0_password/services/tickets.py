"""Change links. A ticket proves nobody's identity, so who gets one is decided here (Auth0: password-change ticket)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Min
from django.utils import timezone

from ..conf import conf
from ..exceptions import (
    GatewayError,
    MailOnlyError,
    ProofMissingError,
)
from ..gateway import Identity, Ticket, UserProfile, get_gateway
from ..models import PasswordState, Reason, UsedToken
from . import throttles
from .changes import evidence_of, hint_of_link, home_of, read, state_of
from .identities import users_with_identity
from .mirror import REASON
from .records import open_requirements
from .rows import rows_of
from .sessions import Stamp

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

PROOF_IS_KEPT = timedelta(days=1)
"""How long a used proof is remembered: long past the moment when it is too old to be one."""


def is_fresh(proof: Stamp | None) -> bool:
    """Whether a sign-in is young enough to authorise a change (`REAUTH_MAX_AGE`)."""
    age = proof.age(timezone.now()) if proof else None
    return age is not None and age <= conf.REAUTH_MAX_AGE


def may_have_ticket(state: PasswordState | None, proof: Stamp | None) -> bool:
    """Whether `issue_ticket` would probably agree: what a page offers. Does not ask Auth0."""
    if state is None or proof is None or not _proves(proof, state) or _is_used(proof):
        return False
    return not why_mail_only(state, proof, breach=breach_since(state))


def breach_since(state: PasswordState) -> datetime | None:
    """When the first breach that is still open became known: from then on the old password proves nothing."""
    if not state.needs_reset:
        return None
    first: datetime | None = open_requirements(state).filter(reason=Reason.BREACH).aggregate(at=Min("raised_at"))["at"]
    return first


def why_mail_only(state: PasswordState, proof: Stamp, *, breach: datetime | None) -> str:
    """Why a sign-in like this one may not authorise the change, however fresh: `breach`, `linked`, or "". `breach` is
    the state's `breach_since`.

    After a breach only with a second factor, and only for somebody who was seen with one before: whoever knows the
    leaked password might have enrolled one since. With linked identities only a re-authentication of which the
    tenant's Action says that it went through a database connection: otherwise it may have gone through another
    identity, whose owner need not know this password.
    """
    if breach and not (proof.mfa and state.mfa_seen_at and state.mfa_seen_at < breach):
        return "breach"
    return "linked" if state.linked and not _went_through_database(proof) else ""


def _went_through_database(proof: Stamp) -> bool:
    """Whether this was a re-authentication of which the tenant's Action says that it was by the password."""
    return proof.reauthenticated and proof.strategy == "auth0"


def issue_ticket(user: AbstractBaseUser, *, proof: Stamp | None) -> Ticket:
    """A link to Auth0's page for a new password, for the browser whose own fresh sign-in `proof` describes.

    The proof is good for one ticket. Reads the user first, so that a quick change counts. Raises a `RefusedError`
    (which says why) or a `GatewayError`: then there is no ticket, the proof is unused and nothing was changed.
    """
    state = state_of(user)
    if state is None or proof is None or not _proves(proof, state):
        raise ProofMissingError("sign in again first")
    throttles.hit("ticket", user.pk)
    profile = read(user)
    identity = _checked(profile, user.password_state, proof)  # type: ignore[attr-defined]  # as the read left it
    ticket = _made(profile, identity, proof)
    hint_of_link(user)
    return ticket


def issue_ticket_to_stranger(proof: Stamp) -> Ticket:
    """`issue_ticket` for a subject that no user of this site is bound to: the read decides, and a breach that was
    required of whoever signed in as that subject before this package was here."""
    if not is_fresh(proof):
        raise ProofMissingError("sign in again first")
    throttles.hit("ticket", proof.sub)
    profile = get_gateway().read_user(proof.sub)
    identity, changed_at = home_of(profile), profile.last_password_reset
    if changed_at is not None and (proof.since is None or proof.since < changed_at.timestamp()):
        raise ProofMissingError("the password was changed after this sign-in")
    breached = _is_breached_elsewhere(profile) or _is_breached_unbound(profile)
    why = "breach" if breached else _why_linked(profile, proof)
    if why:
        raise MailOnlyError(f"only a link by e-mail: {why}")
    return _made(profile, identity, proof)


def _is_breached_elsewhere(profile: UserProfile) -> bool:
    """Whether another site of this tenant requires it after a breach: nothing is known here of a second factor."""
    evidence = evidence_of(profile)
    return evidence.flagged and not evidence.outdated and profile.app_metadata.get(REASON) == Reason.BREACH


def _is_breached_unbound(profile: UserProfile) -> bool:
    """Whether it is required here after a breach of a user whose subject is not known yet, so that the tenant has no
    copy of the flag. A change since then would answer it."""
    changed_at = evidence_of(profile).changed_here
    states = rows_of(PasswordState).filter(pk__in=users_with_identity(profile.subject))
    breaches = [breach for breach in map(breach_since, states) if breach]
    return any(changed_at is None or changed_at <= breach for breach in breaches)


def _why_linked(profile: UserProfile, proof: Stamp) -> str:
    """As `why_mail_only` says it, by what a read shows. Of two databases nobody says which one it was."""
    several = sum(identity.provider == "auth0" for identity in profile.identities) > 1
    sure = len(profile.identities) <= 1 or (_went_through_database(proof) and not several)
    return "" if sure else "linked"


def _made(profile: UserProfile, identity: Identity, proof: Stamp) -> Ticket:
    """The ticket; the proof is used up with it."""
    key = _claim(proof)
    try:
        return get_gateway().create_change_ticket(profile, identity, organization=proof.org)
    except GatewayError:
        # No link reached anybody. If one was made all the same, the next one voids it.
        UsedToken.objects.filter(key=key).delete()
        raise


def _proves(proof: Stamp | None, state: PasswordState) -> bool:
    """Whether a sign-in is this subject's, fresh, and younger than the last change."""
    return proof is not None and proof.sub == state.subject and proof.counts(state) and is_fresh(proof)


def _checked(profile: UserProfile, state: PasswordState, proof: Stamp) -> Identity:
    identity, breach = home_of(profile), breach_since(state)
    why = why_mail_only(state, proof, breach=breach) or _why_linked(profile, proof)
    if not breach and _is_breached_elsewhere(profile):
        why = "breach"
    if why:
        raise MailOnlyError(f"only a link by e-mail: {why}")
    if not proof.counts(state):
        raise ProofMissingError("the password was changed after this sign-in")
    return identity


def _key(proof: Stamp) -> str:
    return hashlib.sha256(f"ticket\n{proof.id}".encode()).hexdigest()


def _is_used(proof: Stamp | None) -> bool:
    return proof is not None and UsedToken.objects.filter(key=_key(proof)).exists()


def _claim(proof: Stamp) -> str:
    key = _key(proof)
    try:
        with transaction.atomic():
            UsedToken.objects.create(key=key, expires_at=timezone.now() + PROOF_IS_KEPT)
    except IntegrityError:
        raise ProofMissingError("this sign-in was used already") from None
    return key
