"""What is told of applications: tokens, other APIs, logout tokens, scopes, log streams."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from ....conf import conf
from ....exceptions import SetUpRefusedError
from ....gateway.tenant_api import TenantApi
from . import scopes
from .answers import Answer, Question, unknown, yes_if
from .lab import Lab, Person, claims_of
from .passwords import GRACE
from .signing_in import authorize_url, choose_by_link, sign_in, tokens_for
from .things import MARK, SITE, STREAM

if TYPE_CHECKING:
    from ....gateway.hosted_pages import Reply

NOT_ON_THIS_PLAN = {"insufficient_entitlement", "feature_not_enabled"}
METHODS = "me/v1/authentication-methods"
MY_SCOPES = ("read:me:authentication_methods", "create:me:authentication_methods")
NOT_ACTIVATED = "the My Account API is not activated"
APART = 3.0
"""Seconds between two sign-ins, so that the second one's `auth_time` would show."""


def auth_time_over_sso(lab: Lab) -> Answer:
    """Twice in one browser: the second time nobody is asked, and the token should still say when they were."""
    person, browser, application = lab.user(), lab.browser(), lab.shared_application
    first = claims_of(tokens_for(browser, application, sign_in(browser, application, person)).body.get("id_token"))
    lab.pause(APART)
    page = browser.open(authorize_url(application))
    if page.status:
        return yes_if(False, "the password was asked for again")
    second = claims_of(tokens_for(browser, application, page).body.get("id_token"))
    if not {"auth_time"} <= first.keys() & second.keys():
        return yes_if(False, "there was no auth_time")
    same = first["auth_time"] == second["auth_time"]
    return yes_if(same, "" if same else "it was renewed unasked")


def auth_time_over_social(_lab: Lab) -> Answer:
    return unknown("it needs a person, with an account at another provider")


def patch_notifies_backchannel(lab: Lab) -> Answer:
    """Compared with a new password on the hosted page, after which it is documented."""
    oidc_logout = {
        "backchannel_logout_urls": [f"{SITE}/backchannel-logout"],
        "backchannel_logout_initiators": {
            "mode": "custom",
            "selected_initiators": ["rp-logout", "idp-logout", "password-changed"],
        },
    }
    try:
        application = lab.application(oidc_logout=oidc_logout)
    except SetUpRefusedError as error:
        if is_not_on_this_plan(error):
            return yes_if(False, "this plan has no back-channel logout")
        raise
    by_patch, by_page = lab.user(), lab.user()
    for person in (by_patch, by_page):
        browser = lab.browser()
        tokens_for(browser, application, sign_in(browser, application, person))
    lab.set_password(by_patch)
    choose_by_link(lab, by_page, lab.ticket(by_page))
    if not lab.shows(partial(was_notified, lab, by_page)):
        return unknown("nothing was told even after a new password on the hosted page")
    return yes_if(lab.shows(partial(was_notified, lab, by_patch), within=GRACE))


def was_notified(lab: Lab, person: Person) -> bool:
    """That nobody took the token does not matter: the log has it either way."""
    return any(name.startswith("oidc_backchannel_logout") for name in lab.log_types(person))


def metadata_scope_alone(lab: Lab) -> Answer:
    person, machine = lab.user(), lab.machine("update:users_app_metadata")
    try:
        TenantApi(machine.id, machine.secret, sleep=lab.pause).patch(person.path, {"app_metadata": {MARK: True}})
    except SetUpRefusedError as error:
        if error.status != HTTPStatus.FORBIDDEN:
            raise
        return yes_if(False)
    return yes_if(True)


def log_stream_on_plan(lab: Lab) -> Answer:
    """One that gets nothing but a rare kind of record, and reaches nobody."""
    sink = {"httpEndpoint": f"{SITE}/logs", "httpContentType": "application/json", "httpContentFormat": "JSONLINES"}
    body = {"type": "http", "sink": sink, "filters": [{"type": "category", "name": "system.notification"}]}
    try:
        lab.make(STREAM, "logs", body)
    except SetUpRefusedError as error:
        if is_not_on_this_plan(error):
            return yes_if(False, "this plan has no log streams")
        raise
    return yes_if(True)


def my_account_without_dpop(lab: Lab) -> Answer:
    """As far as the answer to the first step; the password is not changed."""
    person, application, browser = lab.user(), lab.shared_application, lab.browser()
    audience = f"{conf.DOMAIN.url}/me/"
    grant = {"client_id": application.id, "audience": audience, "scope": list(MY_SCOPES), "subject_type": "user"}
    try:
        lab.api.post("client-grants", grant)
    except SetUpRefusedError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return yes_if(False, NOT_ACTIVATED)
        raise
    page = sign_in(browser, application, person, audience=audience, scope=" ".join(("openid", *MY_SCOPES)))
    if page.query.get("error_description", "").startswith("Service not found"):
        return yes_if(False, NOT_ACTIVATED)
    token = tokens_for(browser, application, page).body.get("access_token", "")
    return answer_of(browser.call(f"/{METHODS}", token=str(token), json={"type": "password"}))


def answer_of(reply: Reply) -> Answer:
    if reply.status < HTTPStatus.MULTIPLE_CHOICES:
        return yes_if(True)
    if reply.status == HTTPStatus.NOT_FOUND:
        return yes_if(False, NOT_ACTIVATED)
    if "dpop" in f"{reply.challenge} {reply.body}".lower():
        return yes_if(False, "it wants DPoP")
    return unknown(f"the My Account API answered with status {reply.status}")


def is_not_on_this_plan(error: SetUpRefusedError) -> bool:
    return error.status == HTTPStatus.FORBIDDEN and error.code in NOT_ON_THIS_PLAN


QUESTIONS = (
    Question(
        name="auth_time_over_sso",
        words="Does a sign-in without a question say when the person was last asked (`auth_time`)?",
        find_out=auth_time_over_sso,
        needs=scopes.SIGN_INS,
        by_hand="Sign in to the site twice in one browser, and compare `auth_time` in the two ID tokens.",
    ),
    Question(
        name="auth_time_over_social",
        words="Does a sign-in without a question say when somebody with a linked social account was last asked?",
        find_out=auth_time_over_social,
        needs=frozenset(),
        by_hand="Link a social account to a test user, sign in with it twice in one browser, and compare `auth_time` "
        "in the two ID tokens.",
    ),
    Question(
        name="patch_notifies_backchannel",
        words="Does a password set by the Management API send logout tokens?",
        find_out=patch_notifies_backchannel,
        needs=scopes.SIGN_INS | scopes.PASSWORDS | scopes.LINKS | scopes.LOGS,
        by_hand="Sign in to the site as a test user, set the user's password in the dashboard, and look under "
        "Monitoring, Logs for a back-channel logout.",
    ),
    Question(
        name="metadata_scope_alone",
        words="Is the scope `update:users_app_metadata` alone enough to write `app_metadata`?",
        find_out=metadata_scope_alone,
        needs=scopes.USERS | scopes.MACHINES,
        by_hand="Give the Management client no `update:users`, require a new password of a test user, run "
        "`reconcile_passwords`, and look at the user's `app_metadata` in the dashboard.",
    ),
    Question(
        name="log_stream_on_plan",
        words="Does this plan have log streams?",
        find_out=log_stream_on_plan,
        needs=scopes.STREAMS,
        by_hand="Look under Monitoring, Streams in the dashboard.",
    ),
    Question(
        name="my_account_without_dpop",
        words="Does the My Account API let people choose a new password with an ordinary token, without DPoP?",
        find_out=my_account_without_dpop,
        needs=scopes.SIGN_INS | scopes.MACHINES,
        by_hand="Look under Applications, APIs, Auth0 My Account API in the dashboard, under Sender Constraining.",
    ),
)
