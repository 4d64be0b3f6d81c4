"""Logout tokens, by the keys of a tenant that is asked for them seldom."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from threading import Event, Thread

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from auth0_password.exceptions import GatewayError, GatewayUnavailableError, NotGenuineError
from auth0_password.gateway import get_gateway, keys, set_gateway
from auth0_password.gateway.deadline import deadline
from auth0_password.gateway.logout_tokens import logout_token_from
from tests.gateway.tokens import (
    ABSENT,
    AUDIENCE,
    EVENT,
    by,
    by_secret,
    claims_of,
    curve_key,
    encoded,
    jwk,
    key_set,
    part,
    private_key,
    raw_signed,
    signed,
)
from tests.gateway.wire import Answer, answer

JWKS = "GET /.well-known/jwks.json"
ISSUER = "https://tenant.eu.auth0.com/"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SECONDS = int(NOW.timestamp())


def read(token, *, issuers=frozenset({ISSUER}), now=NOW):
    def key_of(name):
        if name != "key-1":
            raise NotGenuineError("no such key")
        return private_key().public_key()

    return logout_token_from(token, key_of, issuers=issuers, audience=AUDIENCE, now=now)


def claims(**changes):
    return claims_of(ISSUER, **{"iat": SECONDS, "exp": SECONDS + 120, **changes})


def is_refused(token, **options):
    try:
        read(token, **options)
    except NotGenuineError:
        return True
    return False


class TestGenuine:
    def test_says_which_session_of_whom(self):
        token = read(signed(claims()))
        assert (token.subject, token.sid, token.token_id) == ("auth0|bob", "sid-1", "1b0a1e9c")
        assert (token.issued_at, token.expires_at.timestamp()) == (NOW, SECONDS + 120)

    @pytest.mark.parametrize("kind", [ABSENT, "JWT", "logout+jwt"])
    def test_types(self, kind):
        assert read(signed(claims(), typ=kind)).sid == "sid-1"

    @pytest.mark.parametrize(
        "changes",
        [{"sid": ABSENT}, {"sub": ABSENT}, {"aud": [AUDIENCE]}, {"iat": SECONDS + 60}, {"exp": SECONDS - 59},
         {"iat": SECONDS + 0.5}, {"events": {EVENT: {}, "other": 1}}, {"events": {EVENT: {"x": 1}}}],
    )  # fmt: skip
    def test_claims(self, changes):
        assert not is_refused(signed(claims(**changes)))

    def test_the_issuer_of_a_custom_domain(self):
        issuers = {ISSUER, "https://login.example.com/"}
        assert not is_refused(signed(claims(iss="https://login.example.com/")), issuers=issuers)


CLAIMS = [
    *[("iss", one) for one in (ABSENT, None, "", ISSUER[:-1], ISSUER.upper(), f"{ISSUER}/", "http://tenant.eu.auth0.com/",
                               "https://tenant.eu.auth0.com.evil/", [ISSUER], 7)],
    *[("aud", one) for one in (ABSENT, None, "", "other", AUDIENCE.upper(), [], [AUDIENCE, "other"], {AUDIENCE: 1},
                               [[AUDIENCE]], True)],
    *[("iat", one) for one in (ABSENT, None, str(SECONDS), True, [SECONDS], SECONDS + 61, 1e308, -1, 10**30, "x")],
    *[("exp", one) for one in (ABSENT, None, str(SECONDS + 9), True, [SECONDS], SECONDS - 60, 0, -1, 1e308, 10**400)],
    *[("nbf", one) for one in (None, str(SECONDS), True, SECONDS + 61)],
    *[("events", one) for one in (ABSENT, None, {}, [], [EVENT], EVENT, {"x": {}}, {EVENT: None}, {EVENT: True},
                                  {EVENT: []}, {EVENT.upper(): {}})],
    *[("nonce", one) for one in ("n", "", None, 0)],
    *[("jti", one) for one in (ABSENT, None, "", 7, "x" * 256, ["j"], "a\nb")],
    *[("sub", one) for one in (7, None, ["auth0|bob"], "x" * 256, "auth0|\x00", {"a": 1}, True)],
    *[("sid", one) for one in (7, None, ["sid"], "x" * 256, "a\nb", {})],
]  # fmt: skip


@pytest.mark.parametrize(("claim", "value"), CLAIMS, ids=lambda value: repr(value)[:30])
def test_claims_that_no_logout_token_has(claim, value):
    assert is_refused(signed(claims(**{claim: value})))


def test_about_nobody():
    assert is_refused(signed(claims(sub=ABSENT, sid=ABSENT)))
    assert is_refused(signed(claims(sub="", sid="")))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000])
@pytest.mark.parametrize("claim", ["iat", "exp"])
def test_numbers_that_json_does_not_have(claim, number):
    text = json.dumps(claims(**{claim: "here"})).replace('"here"', number)
    assert is_refused(raw_signed({"alg": "RS256", "kid": "key-1"}, text.encode()))


def public_forms():
    """The public key in every form that somebody could take for a secret."""
    public = private_key().public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    pkcs1 = public.public_bytes(Encoding.PEM, PublicFormat.PKCS1)
    return [
        pem, pem.strip(), pkcs1, pkcs1.strip(), public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.PKCS1), json.dumps(jwk()).encode(), jwk()["n"].encode(), b"",
    ]  # fmt: skip


FOREIGN = [
    *[by_secret(form, claims(), name) for form in public_forms() for name in ("HS256", "HS384", "HS512")],
    *[by(name, private_key(), claims()) for name in ("RS384", "RS512", "PS256", "PS384", "PS512")],
    by("ES256", curve_key(), claims()),
    *[f"{part({'alg': name, 'kid': 'key-1'})}.{part(claims())}." for name in ("none", "None", "NONE", "")],
    signed(claims(), key="key-2"),
    signed(claims(), key="key-2", kid="key-1"),
    raw_signed({"alg": "HS256", "kid": "key-1"}, claims()),
    raw_signed({"alg": "rs256", "kid": "key-1"}, claims()),
    raw_signed({"alg": ["RS256"], "kid": "key-1"}, claims()),
    raw_signed({"kid": "key-1"}, claims()),
    raw_signed([], claims()),
    raw_signed({"alg": "RS256", "kid": "key-1"}, []),
    raw_signed({"alg": "RS256", "kid": "key-1"}, b"\xff"),
    raw_signed({"alg": "RS256", "kid": "key-1"}, b"[" * 5_000),
    raw_signed(b"[" * 5_000, claims()),
    raw_signed({"alg": "RS256"}, claims()),
    "", ".", "..", "...", "a.b.c", "a.b", "é.b.c", f"{encoded(b'{}')}..", "." * 8_000,
]  # fmt: skip


@pytest.mark.parametrize("token", FOREIGN, ids=range(len(FOREIGN)))
def test_signed_by_nobody_that_we_know(token):
    assert is_refused(token)


@pytest.mark.parametrize("kind", ["at+jwt", "JWS", "dpop+jwt", "", "jwt ", None, 7, ["JWT"], {}])
def test_of_another_type(kind):
    header = {"alg": "RS256", "kid": "key-1", "typ": kind}
    assert is_refused(raw_signed(header, claims())) is (kind is not None)


@pytest.mark.parametrize("name", ["jku", "x5u", "jwk", "x5c", "crit"])
@pytest.mark.parametrize("value", ["http://127.0.0.1:1/keys", ["exp"], {}, None, jwk("key-2")], ids=str)
def test_headers_that_bring_a_key(name, value):
    assert is_refused(raw_signed({"alg": "RS256", "kid": "key-1", name: value}, claims()))


@pytest.mark.parametrize("kid", [None, 7, "", [], {}, "x" * 256, "x" * 10**6])
def test_keys_that_have_no_name(kid):
    assert is_refused(raw_signed({"alg": "RS256", "kid": kid}, claims()))


VALUE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
VALUE = VALUE | st.lists(VALUE, max_size=2) | st.dictionaries(st.text(max_size=5), VALUE, max_size=2)


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(st.dictionaries(st.sampled_from(list(claims())), VALUE, max_size=4))
@example({"sid": "", "sub": "auth0|bob"})
def test_whatever_the_claims_are(changes):
    """What is taken has every claim as it must be."""
    try:
        token = read(signed(claims(**changes)))
    except NotGenuineError:
        return
    assert token.subject or token.sid
    assert token.token_id
    assert changes.get("iss", ISSUER) == ISSUER
    assert changes.get("aud", AUDIENCE) in (AUDIENCE, [AUDIENCE])


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_whatever_is_sent(text):
    assert is_refused(text)


@given(st.integers(0, 2000), st.sampled_from("abcXYZ019-_."))
def test_any_letter(place, letter):
    token = signed(claims())
    at = place % len(token)
    if token[at] != letter and at != len(token) - 1:  # the last letter has bits that no byte needs
        assert is_refused(token[:at] + letter + token[at + 1 :])


class TestTheTenantsKeys:
    @pytest.fixture
    def clock(self, monkeypatch):
        """Time of the key set's own, moved by hand."""
        passed = [1000.0]
        monkeypatch.setattr(keys, "monotonic", lambda: passed[0])
        return lambda seconds: passed.__setitem__(0, passed[0] + seconds)

    @pytest.fixture
    def tenant(self, wire, gateway, clock):
        wire.script[JWKS] = answer(200, key_set())
        return wire

    def token(self, wire, **options):
        return signed(claims_of(f"http://127.0.0.1:{wire.port}/"), **options)

    def test_are_fetched_once(self, tenant, gateway, clock):
        for _ in range(5):
            assert gateway.verify_logout_token(self.token(tenant)).sid == "sid-1"
        assert tenant.count(JWKS) == 1
        assert tenant.asked == [JWKS]

    def test_no_header_makes_us_fetch_anything_else(self, tenant, gateway):
        own = f"http://127.0.0.1:{tenant.port}/evil"
        for header in ({"jku": own}, {"x5u": own}, {"kid": "../../evil"}, {"kid": "' OR 1=1"}, {"kid": own}):
            with pytest.raises((NotGenuineError, GatewayUnavailableError)):
                gateway.verify_logout_token(self.token(tenant, **header))
        assert set(tenant.asked) <= {JWKS}

    def test_one_thread_fetches_for_all(self, tenant, gateway):
        token, names = self.token(tenant), []
        threads = [Thread(target=lambda: names.append(gateway.verify_logout_token(token).sid)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert names == ["sid-1"] * 8
        assert tenant.count(JWKS) == 1

    def test_rotation(self, tenant, gateway, clock):
        """One more fetch, and the older key serves as long as it is published."""
        gateway.verify_logout_token(self.token(tenant))
        clock(61)
        tenant.script[JWKS] = answer(200, key_set("key-2", "key-1"))
        for key in ("key-2", "key-1", "key-2"):
            assert gateway.verify_logout_token(self.token(tenant, key=key)).sid == "sid-1"
        assert tenant.count(JWKS) == 2

    def test_a_withdrawn_key_serves_an_hour_at_most(self, tenant, gateway, clock):
        gateway.verify_logout_token(self.token(tenant))
        tenant.script[JWKS] = answer(200, key_set("key-2"))
        clock(3600)
        with pytest.raises(NotGenuineError):
            gateway.verify_logout_token(self.token(tenant))

    def test_a_thousand_names(self, tenant, gateway, clock):
        outcomes = set()
        for number in range(1000):
            try:
                gateway.verify_logout_token(f"{part({'alg': 'RS256', 'kid': f'key-{number}-'})}.e30.AA")
            except (NotGenuineError, GatewayUnavailableError) as error:
                outcomes.add(type(error))
        assert tenant.count(JWKS) == 1
        assert outcomes == {NotGenuineError, GatewayUnavailableError}
        assert gateway.verify_logout_token(self.token(tenant)).sid == "sid-1"
        clock(61)
        with pytest.raises(NotGenuineError):
            gateway.verify_logout_token(self.token(tenant, kid="one more"))
        assert tenant.count(JWKS) == 2

    def test_an_outage_is_no_forgery(self, tenant, gateway, clock):
        tenant.script[JWKS] = answer(503)
        for _ in range(20):
            with pytest.raises(GatewayUnavailableError):
                gateway.verify_logout_token(self.token(tenant))
        assert tenant.count(JWKS) == 1
        tenant.script[JWKS] = answer(200, key_set())
        clock(11)
        assert gateway.verify_logout_token(self.token(tenant)).sid == "sid-1"

    def test_in_an_outage_known_keys_serve_for_a_day(self, tenant, gateway, clock):
        gateway.verify_logout_token(self.token(tenant))
        tenant.script[JWKS] = Answer()
        clock(3600)
        assert gateway.verify_logout_token(self.token(tenant)).sid == "sid-1"
        clock(86_400)
        with pytest.raises(GatewayUnavailableError):
            gateway.verify_logout_token(self.token(tenant))

    def test_whoever_has_the_key_waits_for_nobody(self, clock):
        """While another thread fetches from a server that is silent: Auth0 would not wait for our answer."""
        asked, answered = Event(), Event()
        found = {"key-1": object()}

        def fetch():
            if known._keys:
                asked.set()
                answered.wait(5)
            return found

        known = keys.KeySet(fetch)
        with deadline():
            known("key-1")
            clock(3600)
            other = Thread(target=known, args=["key-1"])
            other.start()
            assert asked.wait(5)
        with deadline(0):
            assert known("key-1") is found["key-1"]
            with pytest.raises(GatewayUnavailableError):
                known("key-2")
        answered.set()
        other.join()

    @pytest.mark.parametrize(
        "told",
        [
            answer(200, {}), answer(200, []), answer(200, {"keys": {}}), answer(200, {"keys": []}), answer(404),
            answer(200, "<html>"), answer(200, {"keys": [None, 7, {}, {"kid": "key-1"}, {"kid": "k", "kty": "RSA"}]}),
            answer(200, {"keys": [jwk(use="enc"), jwk(alg="RS512"), jwk(kty="oct"), jwk(n="AQAB"), jwk(e=None)]}),
            answer(302, {"keys": [jwk()]}, Location="http://127.0.0.1:1/keys"),
            answer(200, {"keys": [jwk(kid=None), jwk(kid=7)]}), answer(200, b"[" * 100_000), answer(200, b"x" * 2**21),
        ],
        ids=range(12),
    )  # fmt: skip
    def test_answers_that_hold_no_key(self, tenant, gateway, told):
        tenant.script[JWKS] = told
        with pytest.raises(GatewayError):
            gateway.verify_logout_token(self.token(tenant))

    def test_a_black_hole_ends(self, tenant, gateway, impatient):
        gateway.verify_logout_token(self.token(tenant))
        set_gateway(None)
        tenant.script[JWKS] = Answer(b"HTTP/1.1 200", b"x", pause=5)
        impatient()
        begun = time.monotonic()
        with pytest.raises(GatewayUnavailableError):
            get_gateway().verify_logout_token(self.token(tenant))
        assert time.monotonic() - begun < 2
