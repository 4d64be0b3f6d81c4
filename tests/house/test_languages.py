"""Pages, mails and the admin in each of our languages, without a word of English left."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import translation

from auth0_password.exceptions import GatewayUnavailableError
from auth0_password.models import PasswordState
from auth0_password.services import reconcile, require_reset
from tests.house.test_translations import LANGUAGES, catalog
from tests.unit.conftest import auth0_gateway, bob, clock, grace, later  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
PIECES = {
    piece.strip(" .,:;()")
    for entry in catalog("de")
    for text in (entry.msgid, entry.msgid_plural)
    for piece in re.split(r"%\(\w+\)[ds]|<[^>]*>", text)
}
"""Our English, without the values that are put into it."""


def english_in(text: str) -> set[str]:
    """Which of our English sentences and phrases stand in a text; single words may be names."""
    return {piece for piece in PIECES if " " in piece and re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text)}


def seen(html: str) -> str:
    """What a person reads in a page's body, and what is read to them."""
    labels = re.findall(r'(?:aria-label|value)="([^"]*)"', html)
    words = re.sub(r"<[^>]*>", " ", html.partition("</head>")[2])
    return " ".join([*words.split(), *labels]).replace("&#x27;", "'")


@pytest.fixture
def visit(settings, client):
    """GET or POST one of our pages, in the package's own layout: what is seen there."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]

    def go(language, name, data=None, *, method="get", args=()):
        headers = {"Accept-Language": language}
        answer = getattr(client, method)(reverse(name, args=args), data or {}, headers=headers, follow=True)
        text = answer.content.decode()
        return seen(text)

    with translation.override(settings.LANGUAGE_CODE, deactivate=True):  # the middleware leaves its language behind
        yield go


@pytest.fixture
def texts(bob, grace, auth0_gateway, client, visit):  # noqa: F811 - fixtures
    """What Bob, Grace and a stranger read in a language, by where."""

    def of(language):
        found = strangers(visit, language)
        client.force_login(bob)
        PasswordState.objects.update(language=language)
        found["profile"] = visit(language, "auth0_password:profile")
        found["waiting"] = visit(language, "auth0_password:change_email", method="post")
        auth0_gateway.failing = GatewayUnavailableError("no answer")
        found["problem"] = visit(language, "auth0_password:check", method="post")
        auth0_gateway.failing = None
        require_reset(bob, reason="breach", by=grace, tell="mail")
        found["required"] = visit(language, "auth0_password:required")
        client.force_login(grace)
        found["list"] = visit(language, "admin:auth0_password_passwordstate_changelist")
        found["timeline"] = visit(language, "admin:auth0_password_passwordstate_timeline", args=[bob.pk])
        asked = {"action": "clear_requirement", "_selected_action": [bob.pk]}
        found["clear"] = visit(language, "admin:auth0_password_passwordstate_changelist", asked, method="post")
        reconcile()
        found |= {"subject": mail.outbox[-1].subject, "letter": mail.outbox[-1].body}
        return found

    return of


def strangers(visit, language):
    """The pages for somebody who is not signed in."""
    return {
        "login": visit(language, "auth0_password:login", {"next": "/account/"}),
        "forgot": visit(language, "auth0_password:forgot"),
        "refused": visit(language, "auth0_password:forgot", {"email": "bob"}, method="post"),
        "sent": visit(language, "auth0_password:forgot", {"email": "bob@example.com"}, method="post"),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_english_is_left(texts, language):
    assert {place: left for place, text in texts(language).items() if (left := english_in(text))} == {}


def test_english_would_be_found(texts):
    assert [place for place, text in texts("en").items() if not english_in(text)] == []


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Ihr Konto"), ("es-mx", "Su cuenta"), ("fr-ca", "Votre compte")]
)
def test_the_browser_says_which(bob, client, visit, language, words):  # noqa: F811 - fixtures
    client.force_login(bob)
    assert words in visit(language, "auth0_password:profile")
