"""What staff can do about several users at once, and how it is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext_lazy, pgettext_lazy

from ..exceptions import ConflictError
from ..services import clear_reset, end_sessions
from ..services.bulk import look_again, mail_links
from .people import write_log

Words = str | Promise
Do = Callable[[Sequence[Any], Any, str], Counter[str]]


@dataclass(frozen=True, kw_only=True)
class Act:
    """`do` takes users, who asks, and a note; it returns how many there were of each outcome (`OUTCOMES`).

    `logged` is what Django's log of the admin says of whom it happened to, in English: a log has one language. The
    note is kept with the requirement only: what somebody wrote about a user goes with the user.
    """

    permission: str
    title: Words
    logged: str
    do: Do
    question: Words
    follows: Words
    button: Words
    wants_note: bool = False


def clear(users: Sequence[Any], by: Any, note: str) -> Counter[str]:
    """Not what is required of oneself: a second person sees it, or the command on the server."""

    def clear_of(user: Any) -> str:
        if user.pk == by.pk:
            return "own"
        if not clear_reset(user, by=by, note=note):
            return "nothing_required"
        write_log(by, [user], ACTS["clear"].logged)
        return "cleared"

    return each(users, clear_of)


def end(users: Sequence[Any], by: Any, note: str) -> Counter[str]:
    """Not one's own: whoever did that would not see what became of the others."""
    devices = Counter[str]()

    def end_of(user: Any) -> str:
        if user.pk == by.pk:
            return "yourself"
        devices["devices"] += end_sessions(user, by=by)
        write_log(by, [user], ACTS["sessions"].logged)
        return "ended"

    return each(users, end_of) + devices


def link(users: Sequence[Any], by: Any, note: str) -> Counter[str]:
    write_log(by, users, ACTS["link"].logged)
    return mail_links(users)


def look(users: Sequence[Any], by: Any, note: str) -> Counter[str]:
    write_log(by, users, ACTS["look"].logged)
    return look_again(users)


def each(users: Sequence[Any], verb: Callable[[Any], str]) -> Counter[str]:
    """Do it for one after the other; whoever is being written by others meanwhile is counted as failed."""
    outcomes: Counter[str] = Counter()
    for user in users:
        try:
            outcomes[verb(user)] += 1
        except ConflictError:
            outcomes["failed"] += 1
    return outcomes


ACTS = {
    "clear": Act(
        permission="clear_reset",
        title=_("Clear: no new password is required"),
        logged=gettext_noop("requirement cleared by hand"),
        do=clear,
        question=_("Why need they not choose a new password?"),
        follows=_("They get back into the site at once, with the password that they have, which stays as it is."),
        button=pgettext_lazy("a requirement", "Clear"),
        wants_note=True,
    ),
    "link": Act(
        permission="send_link",
        title=_("Send a link for a new password"),
        logged=gettext_noop("link for a new password asked for"),
        do=link,
        question=_("Send a link by e-mail?"),
        follows=_(
            "Auth0 mails it to the address that each of them signs in with. It voids older links. Their password "
            "stays as it is until they choose another."
        ),
        button=_("Send a link"),
    ),
    "look": Act(
        permission="look_again",
        title=_("Look again at Auth0"),
        logged=gettext_noop("read at Auth0 asked for"),
        do=look,
        question=_("Read them at Auth0 now?"),
        follows=_("Whoever has a new password there needs none any more. Nothing is changed at Auth0."),
        button=_("Look again"),
    ),
    "sessions": Act(
        permission="end_sessions",
        title=_("End sessions"),
        logged=gettext_noop("all sessions ended"),
        do=end,
        question=_("End all their sessions at this site?"),
        follows=_("They sign in again, at Auth0 too. Their password stays as it is."),
        button=_("End sessions"),
    ),
}

OUTCOMES = {
    "cleared": ngettext_lazy(
        "%(count)d user need not choose a new password any more.",
        "%(count)d users need not choose a new password any more.",
        "count",
    ),
    "nothing_required": ngettext_lazy(
        "Nothing was required of %(count)d user: nothing was changed.",
        "Nothing was required of %(count)d users: nothing was changed.",
        "count",
    ),
    "sent": ngettext_lazy("A link was mailed to %(count)d user.", "Links were mailed to %(count)d users.", "count"),
    "later": ngettext_lazy(
        "%(count)d link is waiting to be mailed: it will be tried again, by itself.",
        "%(count)d links are waiting to be mailed: that goes on by itself.",
        "count",
    ),
    "not_sent": ngettext_lazy(
        "No link could be sent to %(count)d user: the account is blocked or gone at Auth0, or it sends no links.",
        "No link could be sent to %(count)d users: the accounts are blocked or gone at Auth0, or it sends no links.",
        "count",
    ),
    "no_password": ngettext_lazy(
        "%(count)d user was skipped: Auth0 keeps no password of theirs for this site.",
        "%(count)d users were skipped: Auth0 keeps no password of theirs for this site.",
        "count",
    ),
    "read": ngettext_lazy("%(count)d user was read at Auth0.", "%(count)d users were read at Auth0.", "count"),
    "due": ngettext_lazy(
        "%(count)d user will be read at Auth0 soon.", "%(count)d users will be read at Auth0 soon.", "count"
    ),
    "unreachable": ngettext_lazy(
        "Auth0 gave no answer about %(count)d user. Nothing was changed; it will be asked again by itself.",
        "Auth0 gave no answer about %(count)d users. Nothing was changed; it will be asked again by itself.",
        "count",
    ),
    "ended": ngettext_lazy(
        "The sessions of %(count)d user have ended.", "The sessions of %(count)d users have ended.", "count"
    ),
    "devices": ngettext_lazy("%(count)d device was signed out.", "%(count)d devices were signed out.", "count"),
    "yourself": ngettext_lazy(
        "Your own sessions go on: end them on your account page.",
        "Your own sessions go on: end them on your account page.",
        "count",
    ),
    "own": ngettext_lazy(
        "What is required of you was left as it is: somebody else has to clear it.",
        "What is required of you was left as it is: somebody else has to clear it.",
        "count",
    ),
    "superuser": ngettext_lazy(
        "%(count)d superuser was skipped: only a superuser may do this to a superuser.",
        "%(count)d superusers were skipped: only a superuser may do this to a superuser.",
        "count",
    ),
    "failed": ngettext_lazy(
        "For %(count)d user it did not work, and nothing was changed: try again.",
        "For %(count)d users it did not work, and nothing was changed: try again.",
        "count",
    ),
}
GOOD = {"cleared", "sent", "read", "ended", "devices"}


def say(request: HttpRequest, outcomes: Counter[str]) -> None:
    """One message for each outcome that there was."""
    for outcome, words in OUTCOMES.items():
        if count := outcomes[outcome]:
            level = messages.SUCCESS if outcome in GOOD else messages.WARNING
            messages.add_message(request, level, words % {"count": count})
