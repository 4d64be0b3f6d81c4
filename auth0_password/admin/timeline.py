"""What is known of one user's password, as one list: requirements, changes, ended sessions, what staff did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ..models import PasswordChange, PasswordState, ResetRequirement, Status, Tell
from ..services import state_of
from ..services.requirements import label
from ..services.revocation import NOT_ALLOWED
from .acts import ACTS
from .people import LOG_PREFIX

MOST = 100
"""Of each kind; older rows are in their own lists."""

SKIPPED = {
    "elsewhere": pgettext_lazy("why skipped", "elsewhere"),
    "local": pgettext_lazy("why skipped", "local"),
    "inactive": pgettext_lazy("why skipped", "inactive"),
    "superuser": pgettext_lazy("why skipped", "superuser"),
}
UNTOLD = {
    "no_address": gettext_lazy("The owner was not told: no address was known."),
    "address_refused": gettext_lazy("The owner was not told: the mail server refuses the address."),
    "mail_server": gettext_lazy("The owner is not told yet: the mail server did not take the mail."),
}
ACCESS = {"sessions": gettext_lazy("sessions"), "tokens": gettext_lazy("refresh tokens")}
ENDS = {Status.CHANGED: "good", Status.CLEARED: "hand", Status.WITHDRAWN: "hand"}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened. `kind` is a word for the style sheet: asked, good, hand, bad or plain."""

    at: datetime
    what: str
    who: str = ""
    said: str = ""
    kind: str = "plain"


def entries_of(user: Any) -> list[Entry]:
    """All of a user's entries, newest first."""
    rows = ResetRequirement.objects.filter(user=user).exclude(status=Status.DRAFT).select_related("closed_by")
    found = [entry for row in rows.order_by("-raised_at")[:MOST] for entry in _of_requirement(row)]
    for change in PasswordChange.objects.filter(user=user).order_by("-changed_at")[:MOST]:
        found += _of_change(change)
    found += _of_staff(user)
    state = state_of(user)
    found += _of_state(state) if state else []
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def _of_requirement(row: ResetRequirement) -> Iterator[Entry]:
    reason = row.get_reason_display()
    if row.status == Status.SKIPPED:
        what = _("Not required, skipped: %(reason)s") % {"reason": SKIPPED.get(row.skip_reason, row.skip_reason)}
        yield Entry(at=row.raised_at, what=what, who=row.by_label)
        return
    what = _("New password required: %(reason)s") % {"reason": reason}
    yield Entry(at=row.raised_at, what=what, who=row.by_label, said=row.message, kind="asked")
    if row.enforce_from > row.raised_at:
        yield Entry(at=row.enforce_from, what=_("Blocks from here on: %(reason)s") % {"reason": reason}, kind="asked")
    if row.told_at:
        yield Entry(at=row.told_at, what=_("Told %(how)s") % {"how": Tell(row.tell).label})
    if row.first_blocked_at:
        yield Entry(at=row.first_blocked_at, what=_("Held back for the first time"))
    if row.closed_at:
        yield _end_of(row)


def _end_of(row: ResetRequirement) -> Entry:
    words = {
        Status.CHANGED: _("A new password answered it"),
        Status.CLEARED: _("Cleared by hand"),
        Status.WITHDRAWN: _("Withdrawn"),
    }
    status = Status(row.status)
    who = label(row.closed_by) if row.closed_by else ""
    return Entry(at=row.closed_at or row.raised_at, what=words[status], who=who, said=row.note, kind=ENDS[status])


def _of_change(change: PasswordChange) -> Iterator[Entry]:
    untold = UNTOLD.get(change.mail_outcome, "")
    yield Entry(at=change.changed_at, what=_("The password was changed at Auth0"), said=str(untold), kind="good")
    if change.mail_sent_at:
        yield Entry(at=change.mail_sent_at, what=_("The owner was told of the change"))
    if change.revoked_at:
        said = in_words(change.revoke_result)
        yield Entry(at=change.revoked_at, what=_("What was older was ended at Auth0"), said=said)
    if change.disputed_at:
        yield Entry(at=change.disputed_at, what=_("The owner says that it was not them"), kind="bad")


def in_words(result: str) -> str:
    """ "sessions=2 tokens=not_allowed" for people."""
    counts = dict(part.split("=", 1) for part in result.split())
    words = []
    for name, count in counts.items():
        if count == NOT_ALLOWED:
            words.append(_("%(what)s: not with this plan, or these scopes") % {"what": ACCESS[name]})
        else:
            words.append(f"{ACCESS[name]}: {count}")
    return "; ".join(words)


def _of_staff(user: Any) -> list[Entry]:
    """What staff did through the admin, from Django's own log of it; what has rows of its own is left out."""
    kind = ContentType.objects.get_for_model(get_user_model())
    messages = [f"{LOG_PREFIX}{ACTS[name].logged}" for name in ("link", "look", "sessions")]
    log = LogEntry.objects.filter(content_type=kind, object_id=str(user.pk), change_message__in=messages)
    return [
        Entry(
            at=entry.action_time,
            what=_("In the admin: %(what)s") % {"what": _(entry.change_message.removeprefix(LOG_PREFIX))},
            who=label(entry.user),
            kind="hand",
        )
        for entry in log.select_related("user").order_by("-action_time")[:MOST]
    ]


def _of_state(state: PasswordState) -> list[Entry]:
    """Of these only the last time is known."""
    found = []
    if state.sessions_ended_at:
        found.append(Entry(at=state.sessions_ended_at, what=_("All sessions were ended")))
    if state.sessions_valid_since_here:
        found.append(Entry(at=state.sessions_valid_since_here, what=_("Sessions from before the change were ended")))
    if state.read_at:
        found.append(Entry(at=state.read_at, what=_("Last read at Auth0")))
    return found
