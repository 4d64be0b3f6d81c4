"""CRED-04: what Django mails to the administrators after a 500, or a page of ours with 503, shows no token."""

from __future__ import annotations

import logging

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.urls import include, path
from django.utils.log import AdminEmailHandler

from tests.support.action_tokens import SECRET, session_token
from tests.unit.conftest import BOB

pytestmark = pytest.mark.django_db
VERIFY, CALLBACK = "/account/verify/", "/complete/auth0/"


class Mailed(AdminEmailHandler):
    """Keeps what would be sent."""

    def __init__(self):
        super().__init__(include_html=True)
        self.reports = []

    def send_mail(self, subject, message, *args, **kwargs):
        self.reports.append(f"{subject}\n{message}\n{kwargs['html_message']}")


@pytest.fixture
def reports():
    handler = Mailed()
    logging.getLogger("django.request").addHandler(handler)
    yield handler.reports
    logging.getLogger("django.request").removeHandler(handler)


@pytest.fixture
def there(settings):
    """What an Action sends along, to a verifier that fails."""
    names = {"RESET_VERIFIER": "tests.unit.verifiers.Broken", "VERIFIER_SECRET": SECRET}
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, **names}
    return {"session_token": session_token(BOB, host="127.0.0.1:8001"), "state": "a-state-of-bobs"}


@pytest.fixture(params=[500, 503])
def status(request, monkeypatch):
    """Without a page of ours for it, and with one."""
    if request.param == 503:
        monkeypatch.setattr("tests.unit.verifiers.Broken.where", "words")
    else:
        monkeypatch.setattr("auth0_password.services.verification.page_of", lambda _attempt: 1 / 0)
    return request.param


@pytest.mark.parametrize("method", ["get", "post"])
def test_of_the_verifiers_page(client, bob, reports, there, status, method):
    client.raise_request_exception = False
    referer = f"http://testserver{VERIFY}?session_token={there['session_token']}"
    answer = getattr(client, method)(VERIFY, {**there, "card": "c4rd"}, headers={"referer": referer})
    assert answer.status_code == status
    assert_hidden(reports, *there.values(), "c4rd")


@pytest.mark.django_db(transaction=True)
async def test_of_an_async_site(async_client, bob, reports, there, status):
    async_client.raise_request_exception = False
    assert (await async_client.get(VERIFY, there)).status_code == status
    assert_hidden(reports, *there.values())


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("error", [DatabaseError, ZeroDivisionError])
def test_of_a_hand_over(client, reports, settings, monkeypatch, method, error):
    def broken(*_, **__):
        raise error

    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "HANDOVER_SECRET": SECRET}
    monkeypatch.setattr("auth0_password.services.handover.handover_from", broken)
    client.raise_request_exception = False
    answer = getattr(client, method)("/account/handover/", {"session_token": "a-token-of-bobs"})
    assert answer.status_code == (503 if error is DatabaseError else 500)
    assert_hidden(reports, "a-token-of-bobs")


def test_of_the_callback(client, reports, monkeypatch):
    def no_database(*_, **__):
        raise DatabaseError("the connection was lost")

    monkeypatch.setattr("social_django.views.do_complete", no_database)
    answer = client.get(CALLBACK, {"code": "an-unspent-code", "state": "a-state-of-bobs"})
    assert answer.status_code == 503
    assert_hidden(reports, "an-unspent-code", "a-state-of-bobs")


def test_pages_of_others_are_reported_as_ever(client, reports, settings):
    """Also the proof that these tests would see it."""
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    assert client.get("/broken/", {"q": "shown"}).status_code == 500
    assert "shown" in "".join(reports)


@login_not_required
def broken(request):
    raise RuntimeError


urlpatterns = [path("broken/", broken), path("", include("demo_site.urls"))]


def assert_hidden(reports, *secrets):
    assert reports
    assert [secret for secret in secrets if secret in "".join(reports)] == []
