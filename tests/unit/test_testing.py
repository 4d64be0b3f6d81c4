"""`auth0_password.testing`, used as its documentation says: by somebody else's tests, with users as they have them."""

from __future__ import annotations

import pytest

from auth0_password.exceptions import GatewayUnavailableError
from auth0_password.services import hint, require_reset, state_of
from auth0_password.testing import Call, change_password_of, flag_user  # noqa: F401 - fixtures

HOME = "/"


@pytest.fixture
def carol(django_user_model, db):
    """A user of a test that knows nothing of Auth0: made by Django, with a password of the site's own."""
    return django_user_model.objects.create_user("carol", "carol@example.com", "a password of this site")


def test_the_story_of_its_documentation(client, carol, flag_user, change_password_of):  # noqa: F811
    client.force_login(carol)
    assert client.get(HOME).status_code == 200
    flag_user(carol, reason="breach")
    assert client.get(HOME)["Location"].startswith("/account/required/")
    change_password_of(carol)
    assert client.get(HOME).wsgi_request.user.is_anonymous
    client.force_login(carol)
    assert client.get(HOME).wsgi_request.user == carol


def test_it_takes_what_require_reset_takes(carol, flag_user):  # noqa: F811
    requirement = flag_user(carol, reason="policy", message="Twelve characters from now on.")
    assert (requirement.status, requirement.reason) == ("open", "policy")
    assert requirement.message == "Twelve characters from now on."


def test_somebody_who_signed_in_keeps_their_subject(bob, flag_user, change_password_of, auth0_gateway):  # noqa: F811
    flag_user(bob)
    at = change_password_of(bob)
    state = state_of(bob)
    assert (state.subject, state.needs_reset, state.changed_at) == ("auth0|bob", False, at)
    assert list(auth0_gateway.users) == ["auth0|bob"]


def test_calls_are_collected_also_those_that_fail(bob, auth0_gateway):
    auth0_gateway.calls.clear()
    require_reset(bob, reason="breach")
    auth0_gateway.failing = GatewayUnavailableError("black hole")
    hint(["auth0|bob"])
    assert auth0_gateway.calls == []
    with pytest.raises(GatewayUnavailableError):
        auth0_gateway.send_change_email("bob@example.com", connection="Username-Password-Authentication")
    assert auth0_gateway.calls == [Call("send_change_email", "bob@example.com")]
