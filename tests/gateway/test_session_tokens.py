"""The tokens of an Action that leads a browser here, and what it gets back (VER-01, JWT-01..04)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import jwt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auth0_password.conf import parse_domain
from auth0_password.exceptions import NotGenuineError
from auth0_password.gateway import answer_to, handover_from, session_token_from
from tests.gateway import tokens
from tests.support.action_tokens import ABSENT, SECRET, by_hand, claims_of, session_token, validated

HOST, BOB = "tenant.eu.auth0.com", "auth0|bob"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
TENANT, CUSTOM = parse_domain(HOST), parse_domain("login.example.com")
OLDER = "the-secret-before-that-one-which-goes-tomorrow"


def read(token, *, secrets=(SECRET,), domains=(TENANT,), purpose="verify", now=NOW):
    return session_token_from(token, secrets, domains=domains, purpose=purpose, now=now)


def signed(*, secret=SECRET, header=None, **changes):
    times = {"iat": SECONDS, "exp": SECONDS + 900}
    return session_token(BOB, host=HOST, secret=secret, header=header, **times | changes)


def is_refused(token, **options):
    try:
        read(token, **options)
    except NotGenuineError:
        return True
    return False


class TestGenuine:
    def test_says_who_and_from_where(self):
        token = read(signed())
        assert (token.subject, token.domain, token.expires_at.timestamp()) == (BOB, TENANT, SECONDS + 900)

    @pytest.mark.parametrize(
        "changes",
        [{"ip": ABSENT}, {"exp": SECONDS + 1}, {"exp": SECONDS - 59}, {"iat": SECONDS + 60}, {"iat": SECONDS + 0.5},
         {"nbf": SECONDS + 60}, {"anything": {"else": [1]}}],
    )  # fmt: skip
    def test_claims(self, changes):
        assert not is_refused(signed(**changes))

    def test_the_host_that_the_flow_uses(self):
        token = read(signed(iss="login.example.com"), domains=(TENANT, CUSTOM))
        assert token.domain.url == "https://login.example.com"

    def test_a_secret_that_is_being_replaced(self):
        """The answer is signed with the one that the Action has."""
        token = read(signed(secret=OLDER), secrets=(SECRET, OLDER))
        assert token.secret == OLDER

    def test_it_is_not_shown(self):
        token = read(signed())
        assert SECRET not in repr(token)
        assert token.signed not in repr(token)


class TestRefused:
    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": f"https://{HOST}/"}, {"iss": f"https://{HOST}"}, {"iss": HOST.upper()}, {"iss": f"{HOST}."},
            {"iss": "evil.example"}, {"iss": [HOST]}, {"iss": {}}, {"iss": None}, {"iss": ABSENT},
            {"sub": ABSENT}, {"sub": ""}, {"sub": 1}, {"sub": [BOB]}, {"sub": "x" * 256}, {"sub": "auth0|b\nob"},
            {"exp": ABSENT}, {"exp": SECONDS - 60}, {"exp": str(SECONDS + 900)}, {"exp": True}, {"exp": float("nan")},
            {"exp": float("inf")}, {"exp": 10**30}, {"exp": -1}, {"exp": SECONDS + 901}, {"exp": [SECONDS]},
            {"iat": ABSENT}, {"iat": SECONDS + 61}, {"iat": SECONDS - 1}, {"iat": None}, {"iat": False},
            {"nbf": SECONDS + 61}, {"nbf": "now"},
            {"purpose": ABSENT}, {"purpose": "verified"}, {"purpose": "handover"}, {"purpose": ["verify"]},
            {"purpose": True}, {"aud": "demo-login-client"}, {"aud": []},
        ],
    )  # fmt: skip
    def test_claims(self, changes):
        assert is_refused(signed(**changes))

    @pytest.mark.parametrize("header", [
        {"typ": "at+jwt"}, {"typ": "logout+jwt"}, {"typ": "jwt"}, {"jku": "https://evil.example/"}, {"jwk": {}},
        {"x5u": "https://evil.example/"}, {"x5c": []}, {"crit": ["exp"], "exp": 1},
    ])  # fmt: skip
    def test_headers(self, header):
        assert is_refused(signed(header=header))

    @pytest.mark.parametrize("algorithm", ["HS384", "HS512", "none"])
    def test_algorithms(self, algorithm):
        claims = claims_of(BOB, host=HOST, iat=SECONDS, exp=SECONDS + 900)
        key = None if algorithm == "none" else (SECRET * 2).encode()
        assert is_refused(jwt.encode(claims, key, algorithm), secrets=(SECRET, SECRET * 2))

    def test_what_says_hs256_and_is_signed_by_nobody_or_by_a_key_of_the_tenant(self):
        claims = claims_of(BOB, host=HOST, iat=SECONDS, exp=SECONDS + 900)
        head, body = tokens.part({"alg": "HS256", "typ": "JWT"}), tokens.part(claims)
        assert is_refused(f"{head}.{body}.")
        assert is_refused(f"{head}.{body}")
        assert is_refused(tokens.raw_signed({"alg": "HS256", "typ": "JWT"}, claims))
        assert is_refused(tokens.raw_signed({"alg": "RS256", "typ": "JWT"}, claims))

    @pytest.mark.parametrize("secrets", [(), ("another-secret-of-somebody-else-entirely",)])
    def test_other_secrets(self, secrets):
        assert is_refused(signed(), secrets=secrets)

    @pytest.mark.parametrize(
        "token", ["", ".", "..", "a.b.c", "é.é.é", "x" * 9_000, f"{'e' * 20}.{'[' * 5_000}.x", "null.null.null"]
    )
    def test_what_is_none(self, token):
        assert is_refused(token)

    @pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"x"', b"{", b"\xff", b'{"a":' * 2000])
    def test_bodies(self, body):
        assert is_refused(by_hand(b'{"alg": "HS256", "typ": "JWT"}', body))


class TestSeparation:
    """JWT-04, at its worst: everything is signed with this very secret."""

    @pytest.mark.parametrize(
        "claims",
        [
            pytest.param({"aud": "demo-login-client", "nonce": "n", "iss": f"https://{HOST}/"}, id="ID token"),
            pytest.param({"aud": [f"https://{HOST}/api/v2/"], "scope": "read:users"}, id="access token"),
            pytest.param({"events": {tokens.EVENT: {}}, "aud": "demo-login-client", "jti": "1"}, id="logout token"),
            pytest.param({"purpose": "handover"}, id="hand-over"),
        ],
    )
    def test_others_here(self, claims):
        assert is_refused(signed(**{"purpose": ABSENT, **claims}))

    def test_our_answer_here(self):
        asked = read(signed())
        ours = answer_to(asked, "state", issuer="demo-login-client", now=NOW, purpose="verified", approved=True)
        assert is_refused(ours)
        assert is_refused(ours, purpose="verified")  # `iss` tells it as well

    def test_ours_is_no_token_of_another_endpoint(self):
        from tests.gateway.test_logout_tokens import is_refused as is_no_logout

        assert is_no_logout(signed())
        assert is_no_logout(answer_to(read(signed()), "state", issuer="x", now=NOW))


class TestAnswer:
    def test_the_action_takes_it(self):
        now = datetime.now(UTC)
        asked = read(signed(), now=NOW)
        token = answer_to(asked, "st-1", issuer="demo-login-client", now=now, purpose="verified", approved=False)
        claims = validated(token, "st-1", subject=BOB)
        assert claims["exp"] - claims["iat"] == 60
        assert claims["approved"] is False

    @pytest.mark.parametrize("name", ["sub", "iss", "exp", "iat"])
    def test_no_claim_of_ours_can_be_replaced(self, name):
        token = answer_to(read(signed()), "st-1", issuer="us", now=NOW, **{name: "forged"})
        assert "forged" not in jwt.decode(token, options={"verify_signature": False}).values()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
NAMES = ("iss", "sub", "exp", "iat", "nbf", "purpose", "aud", "ip")


@given(st.dictionaries(st.sampled_from(NAMES), JSON | st.integers(SECONDS - 2_000, SECONDS + 2_000)))
@example({"exp": SECONDS + 900.0})
def test_whatever_a_signed_token_says_it_is_genuine_or_refused(changes):
    """Where it is taken, every rule holds, as its words have it."""
    claims = claims_of(BOB, host=HOST, iat=SECONDS, exp=SECONDS + 900) | changes
    try:
        token = read(signed(**changes))
    except NotGenuineError:
        return
    assert (claims["iss"], claims["purpose"]) == (HOST, "verify")
    assert token.subject == claims["sub"] != ""
    assert "aud" not in claims
    assert SECONDS - 60 < claims["exp"] <= claims["iat"] + 900 <= SECONDS + 960
    assert not isinstance(claims["iat"], bool)


@given(st.integers(0, 400), st.integers(1, 255))
def test_no_letter_can_be_changed(place, by):
    """But for the spare bits of the signature's last letter; it is known by its signed part."""
    token = signed()
    place %= len(token)
    changed = token[:place] + chr((ord(token[place]) ^ by) & 0x7F) + token[place + 1 :]
    if changed != token and not is_refused(changed):
        assert place >= token.rindex(".")
        assert read(changed).signed == read(token).signed


@given(st.text(max_size=200))
def test_any_text_is_refused(token):
    assert is_refused(token)


SITE = "https://library.example.com"


CLAIMS = ["aud", "purpose", "app_state", "method", "auth_at", "organization", "exp", "iat", "iss", "sub", "mfa"]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = SCALARS | st.lists(SCALARS, max_size=2)


def handed_over(token, *, now=NOW):
    return handover_from(token, (SECRET,), domains=(TENANT,), audience=SITE, now=now)


def handing_over(**changes):
    claims = {
        "exp": SECONDS + 60, "purpose": "change-password", "aud": SITE, "app_state": "st-1", "method": "pwd",
        "auth_at": SECONDS * 1000 - 4_321, **changes,
    }  # fmt: skip
    return signed(**claims)


class TestHandover:
    def test_says_who_where_and_when(self):
        found = handed_over(handing_over())
        assert (found.subject, found.domain, found.state) == (BOB, TENANT, "st-1")
        assert (found.issued_at - found.authenticated_at).total_seconds() == 4.321
        assert (found.organization, found.mfa) == ("", False)
        assert "st-1" not in repr(found)

    @pytest.mark.parametrize(
        "changes",
        [{"method": "passkey"}, {"mfa": True, "organization": "org_7"}, {"auth_at": SECONDS * 1000 + 5_000},
         {"auth_at": 1}, {"exp": SECONDS - 59}],
    )  # fmt: skip
    def test_taken(self, changes):
        found = handed_over(handing_over(**changes))
        assert (found.mfa, found.organization) == (changes.get("mfa", False), changes.get("organization", ""))

    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": ABSENT}, {"aud": None}, {"aud": [SITE]}, {"aud": f"{SITE}/"}, {"aud": SITE.upper()}, {"aud": HOST},
            {"purpose": ABSENT}, {"purpose": "verify"}, {"purpose": "verified"}, {"purpose": ["change-password"]},
            {"app_state": ABSENT}, {"app_state": ""}, {"app_state": 1}, {"app_state": "x" * 256}, {"app_state": "\n"},
            {"method": ABSENT}, {"method": "federated"}, {"method": "mfa"}, {"method": ["pwd"]}, {"method": "PWD"},
            {"auth_at": ABSENT}, {"auth_at": str(SECONDS)}, {"auth_at": True}, {"auth_at": None}, {"auth_at": 0},
            {"auth_at": SECONDS * 1000.0}, {"auth_at": -1}, {"auth_at": 10**30}, {"auth_at": float("nan")},
            {"auth_at": SECONDS * 1000 + 5_001},
            {"organization": None}, {"organization": ""}, {"organization": ["org_7"]}, {"organization": 7},
            {"exp": SECONDS + 61}, {"exp": SECONDS + 900}, {"exp": SECONDS - 60}, {"exp": ABSENT}, {"iat": ABSENT},
            {"iat": SECONDS + 61}, {"iss": "evil.example"}, {"iss": f"https://{HOST}/"}, {"sub": ABSENT}, {"sub": ""},
        ],
    )  # fmt: skip
    def test_refused(self, changes):
        with pytest.raises(NotGenuineError):
            handed_over(handing_over(**changes))

    def test_one_kind_is_never_the_other(self):
        """Also where both had the same secret."""
        assert is_refused(handing_over())
        assert is_refused(handing_over(aud=ABSENT), purpose="verify")
        with pytest.raises(NotGenuineError):
            handed_over(signed())

    @given(st.dictionaries(st.sampled_from(CLAIMS), VALUES, min_size=1))
    def test_whatever_it_holds_there_is_one_error(self, changes):
        with suppress(NotGenuineError):
            handed_over(handing_over(**changes))
