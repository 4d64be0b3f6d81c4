"""Every sort of token at every place that takes one: each is taken at its own, and nowhere else (ASVS 9.2.2).

All of them are genuine: signed by the tenant, or with the secret that the site shares with it, for this very site.
"""

from __future__ import annotations

import time

import jwt
import pytest
from django.test import RequestFactory
from django.utils import timezone
from jwt import InvalidTokenError, PyJWTError
from social_core.exceptions import SocialAuthBaseException
from social_django.models import DjangoStorage
from social_django.strategy import DjangoStrategy

from auth0_password.backends import Auth0PasswordBackend
from auth0_password.conf import conf
from auth0_password.exceptions import Auth0PasswordError
from auth0_password.gateway import answer_to, get_gateway, session_token_from
from auth0_password.services.verification import ANSWERED, ASKED
from tests.gateway.tokens import ABSENT, AUDIENCE, claims_of, key_set, signed
from tests.gateway.wire import answer

SECRET = "the secret between an Action and the verifier"


@pytest.fixture
def issuer(wire):
    wire.script["GET /.well-known/jwks.json"] = answer(200, key_set())
    return f"http://127.0.0.1:{wire.port}/"


@pytest.fixture
def backend(db, issuer):
    """At the callback of a sign-in that was begun here."""
    request = RequestFactory().get("/complete/auth0/")
    request.session = {}
    backend = Auth0PasswordBackend(DjangoStrategy(DjangoStorage, request))
    nonce = backend.get_and_store_nonce(backend.authorization_url(), "state")
    backend._oauth2_transaction = {"oidc_nonce": nonce, "state": "state"}
    return backend


@pytest.fixture
def tokens(issuer, backend):
    now, nonce = int(time.time()), backend._oauth2_transaction["oidc_nonce"]
    of_a_user = {"iss": issuer, "sub": "auth0|bob", "iat": now, "exp": now + 60}
    api = {"aud": [f"{issuer}api/v2/", f"{issuer}userinfo"], "azp": AUDIENCE, "scope": "openid", "jti": "j"}
    by_action = {"iss": conf.DOMAIN.host, "sub": "auth0|bob", "iat": now, "exp": now + 60, "ip": "203.0.113.9"}
    session_token = jwt.encode(by_action | {"purpose": ASKED}, SECRET, "HS256")
    asked = session_token_from(session_token, [SECRET], domains=[conf.DOMAIN], purpose=ASKED, now=timezone.now())
    answered = {"issuer": AUDIENCE, "now": timezone.now(), "purpose": ANSWERED, "approved": True}
    return {
        "ID token": signed(of_a_user | {"aud": AUDIENCE, "nonce": nonce, "auth_time": now, "sid": "sid-1"}),
        "access token": signed(of_a_user | api),
        "access token (RFC 9068)": signed(of_a_user | api | {"aud": AUDIENCE}, typ="at+jwt"),
        "session token": session_token,
        "return token": answer_to(asked, "state", **answered),
        "logout token": signed(claims_of(issuer)),
        "logout token without sid": signed(claims_of(issuer, sid=ABSENT)),
    }


@pytest.fixture
def takers(backend):
    return {
        "callback": lambda token: backend.validate_and_return_id_token(token, None),
        "back-channel": lambda token: get_gateway().verify_logout_token(token),
        "verify": lambda token: session_token_from(
            token, [SECRET], domains=[conf.DOMAIN], purpose=ASKED, now=timezone.now()
        ),
        "the Action": validate_token,
    }


def validate_token(token):
    """What the Action does with what comes back: `validateToken`, and the purpose (Auth0: redirect-with-actions)."""
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"require": ["state", "sub", "exp"]})
    if (claims["state"], claims["sub"], claims.get("purpose")) != ("state", "auth0|bob", ANSWERED):
        raise InvalidTokenError
    return claims


OWN = {
    "callback": {"ID token"},
    "back-channel": {"logout token", "logout token without sid"},
    "verify": {"session token"},
    "the Action": {"return token"},
}
"""Access tokens have no place here: the site asks for none."""


@pytest.mark.parametrize("place", OWN)
def test_only_its_own(place, tokens, takers):
    taken = set()
    for name, token in sorted(tokens.items(), key=lambda item: item[0] in OWN[place]):  # a nonce is good for once
        try:
            assert takers[place](token)
        except (Auth0PasswordError, SocialAuthBaseException, PyJWTError):
            continue
        taken.add(name)
    assert taken == OWN[place]
