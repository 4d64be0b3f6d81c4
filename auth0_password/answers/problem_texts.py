"""What can go wrong, in words for the person in front of it: what happened, what did not, what to do."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger("auth0_password")
security = logging.getLogger("auth0_password.security")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A page. `action` names what its one button does: `sign_in`, `sign_in_again`, `retry`, `sign_out`, `back` (to the
    ways) or `forgot` (to the sign-in page). `unchanged`: so it is here and at Auth0. `meaning` is for the log."""

    status: int
    title: str | Promise
    happened: str | Promise
    advice: str | Promise
    action: str = "sign_in"
    unchanged: bool = True
    meaning: str = ""
    log: logging.Logger = logger


UNAVAILABLE = Problem(
    status=503,
    title=_("We could not reach the sign-in service"),
    happened=_("It gave no answer that we can use."),
    advice=_("It usually comes back within minutes. Try again, or come back later: what you had started is kept."),
    action="retry",
)
BUSY = Problem(
    status=503,
    title=_("The sign-in service is busy"),
    happened=_("It takes no more requests from this site for the moment."),
    advice=_("Wait a little, then try again: what you had started is kept."),
    action="retry",
)
NOT_HEARD = Problem(
    status=503,
    title=_("We did not hear back from the sign-in service"),
    happened=_(
        "What you asked for may have happened there, or not. A link for a new password that you got before may not "
        "work any more."
    ),
    advice=_("Try again: asking twice does no harm."),
    action="retry",
    unchanged=False,
)
NOT_ALLOWED = Problem(
    status=503,
    title=_("This site cannot do that right now"),
    happened=_("The sign-in service does not let this site do it, whoever asks."),
    advice=_("Tell the people who run this site: until they have put it right, trying again will hardly help."),
    action="retry",
    meaning="Auth0 refuses an application of this site: see its client, secret, grants and scopes",
)
CLOCKS = Problem(
    status=503,
    title=_("The clocks do not agree"),
    happened=_("By the clock of this site, the sign-in service answered in the past or in the future."),
    advice=_("Tell the people who run this site that a clock is wrong. Until it is right, nobody can sign in."),
    meaning="the clocks of this site and of Auth0 differ by more than a minute",
)
STALE_PAGE = Problem(
    status=400,
    title=_("This sign-in cannot be continued"),
    happened=_("The sign-in page was open for too long, was used already, or belongs to another browser."),
    advice=_("Start again. If this page comes back every time, your browser may be refusing cookies of this site."),
    log=security,
)
NOT_GENUINE = Problem(
    status=403,
    title=_("This sign-in could not be confirmed"),
    happened=_("The answer of the sign-in service does not belong to the sign-in that you started here."),
    advice=_("Start again from this page, not from a link that somebody sent you."),
    log=security,
)
NOT_REAUTHENTICATED = Problem(
    status=403,
    title=_("You were not asked for your password again"),
    happened=_("A new password can be chosen only right after signing in, and this sign-in is older."),
    advice=_("Sign in once more: this time the sign-in service will ask who you are."),
    action="sign_in_again",
    log=security,
)
STILL_NOT_ASKED = Problem(
    status=403,
    title=_("You were not asked for your password again"),
    happened=_("The sign-in service took an older sign-in once more, which is not enough to choose a new password."),
    advice=_("Go back and choose another way. If there is none, tell the people who run this site."),
    action="back",
    meaning="the tenant's Action finds the sign-in too old although prompt=login was asked for",
    log=security,
)
SOMEBODY_ELSE = Problem(
    status=409,
    title=_("You came back as somebody else"),
    happened=_("In this browser you are signed in as %(name)s, but at the sign-in service as another person."),
    advice=_("Sign out here first, then sign in as the person you want to be."),
    action="sign_out",
    log=security,
)
STOPPED = Problem(
    status=403,
    title=_("The sign-in was not completed"),
    happened=_("The sign-in service stopped it."),
    advice=_("Try again. If it goes on, tell the people who run this site."),
)
MAIL_ONLY = Problem(
    status=403,
    title=_("This needs a link by e-mail"),
    happened=_("Signing in is not enough to choose a new password for this account."),
    advice=_("Go back and have one sent to you: whoever reads your mail may choose."),
    action="back",
)
NO_PASSWORD = Problem(
    status=403,
    title=_("Your password is not kept here"),
    happened=_("This site has no password of yours to change."),
    advice=_("Your account page says where it lives."),
    action="back",
)
ACCOUNT_BLOCKED = Problem(
    status=403,
    title=_("This account is blocked"),
    happened=_("The sign-in service has blocked this account, so no new password can be chosen."),
    advice=_("Tell the people who run this site."),
    action="sign_out",
)
UNKNOWN_USER = Problem(
    status=404,
    title=_("This account is gone"),
    happened=_("The sign-in service does not know this account any more."),
    advice=_("Tell the people who run this site."),
    action="sign_out",
)
INACTIVE = Problem(
    status=403,
    title=_("This account is not active here"),
    happened=_("You proved who you are, but this site has switched the account off."),
    advice=_("Tell the people who run this site."),
    action="sign_out",
)
UNREADABLE = Problem(
    status=503,
    title=_("We cannot check your account right now"),
    happened=_("So this page stays closed for the moment."),
    advice=_("It usually works again within minutes. Try again, or come back later."),
    action="retry",
)
FOREIGN_LINK = Problem(
    status=400,
    title=_("This link does not lead to a sign-in here"),
    happened=_("It belongs to another sign-in service, or was opened inside another page."),
    advice=_("Start from this site instead."),
    log=security,
)
TOO_OFTEN = Problem(
    status=429,
    title=_("Not so fast"),
    happened=_("This was asked for several times in a short while."),
    advice=_("Wait a little, then try again. Another way to a new password may be open meanwhile."),
    action="back",
)
MAIL_OFF = Problem(
    status=409,
    title=_("No link can be sent"),
    happened=_("The sign-in service sends none for this site."),
    advice=_("Go back and choose another way. If there is none, the people who run this site can help you."),
    action="back",
)
MAIL_FROM_THERE = Problem(
    status=409,
    title=_("Ask for the link on the sign-in page"),
    happened=_("The sign-in service wants to see first that a person asks for it, so this site cannot."),
    advice=_("Open the sign-in page, choose “Forgot password?” there, and use the link that arrives by e-mail."),
    action="forgot",
)
ANOTHER_ORGANIZATION = Problem(
    status=409,
    title=_("You came back from another organization"),
    happened=_("You are signed in here within one organization, and were at the sign-in service within another."),
    advice=_("Sign out here first, then sign in again."),
    action="sign_out",
    log=security,
)
NOT_TO_BE_VERIFIED = Problem(
    status=400,
    title=_("This step cannot be continued"),
    happened=_("It took too long, was done already, or did not begin at the sign-in service."),
    advice=_("Open the link in your mail again. If it does not work any more, ask for a new one."),
    action="forgot",
    log=security,
)
ANOTHER_PERSON = Problem(
    status=409,
    title=_("This step is for somebody else"),
    happened=_("In this browser you are signed in as %(name)s, but the link that you followed is for another person."),
    advice=_("If it was sent to you, sign out here first, then open it again. If you do not know it, go no further."),
    action="sign_out",
    log=security,
)
VERIFIER_FAILED = Problem(
    status=503,
    title=_("We cannot check this right now"),
    happened=_("So no new password can be chosen for the moment."),
    advice=_("Open the link in your mail again in some minutes. If it does not work any more, ask for a new one."),
    action="forgot",
    meaning="RESET_VERIFIER failed",
)
LINK_GONE = Problem(
    status=410,
    title=_("This link does not work any more"),
    happened=_("It is too old, or a part of it got lost on the way."),
    advice=_("Use the whole link from the mail. If that is an old one, tell the people who run this site."),
    action="back",
)
