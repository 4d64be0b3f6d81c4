"""How requests travel: few connections, one deadline, certificates checked, and nothing shared with a fork."""

from __future__ import annotations

import gzip
import json
import os
import socket
import ssl
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from auth0_password import exceptions
from auth0_password.gateway import deadline, get_gateway, set_gateway, transport
from tests.gateway.people import BOB, USER, VERBS
from tests.gateway.test_token import together
from tests.gateway.wire import TOKEN, TOKEN_PATH, Answer, Wire, answer, http


def test_everything_goes_over_one_connection(wire, gateway):
    for _ in range(10):
        gateway.read_user(BOB)
    for _, verb in VERBS.values():
        verb(gateway)
    assert (wire.connections, len(wire.asked)) == (1, 16)


def test_a_connection_that_the_server_closes_is_replaced(wire, gateway):
    wire.script["GET /api/v2/users/"] = answer(200, USER, Connection="close")
    for _ in range(3):
        assert gateway.read_user(BOB).subject == BOB
    assert (wire.connections, wire.count("GET")) == (3, 3)


def test_many_threads_make_one_client(wire, gateway):
    together(8, lambda: gateway.read_user(BOB))
    assert wire.connections <= 8
    before = wire.connections
    gateway.read_user(BOB)
    assert wire.connections == before


def test_the_deadline_is_one_for_the_token_and_the_call(wire, gateway, impatient):
    gateway.read_user(BOB)
    set_gateway(None)
    for path in (f"POST {TOKEN_PATH}", "GET /api/v2/users/"):
        wire.script[path] = Answer(*wire.script[path].parts, pause=0.15)
    assert get_gateway().read_user(BOB).subject == BOB
    set_gateway(None)
    impatient()
    with pytest.raises(exceptions.GatewayUnavailableError):
        get_gateway().read_user(BOB)


def test_an_answer_in_drips_ends_at_the_deadline(wire, gateway, impatient):
    gateway.read_user(BOB)
    wire.script["GET /api/v2/users/"] = Answer(http(200, b"", length=9_000), *[b" "] * 9_000, pause=0.05)
    began = monotonic()
    impatient()
    with pytest.raises(exceptions.GatewayUnavailableError):
        gateway.read_user(BOB)
    assert monotonic() - began < 2


def test_an_answer_may_be_long_but_not_too_long(wire, gateway, monkeypatch):
    monkeypatch.setattr(transport, "MAX_BODY", 2_000)
    wire.script["GET /api/v2/users/"] = answer(200, USER | {"name": "B" * 1_800})
    assert gateway.read_user(BOB).subject == BOB
    wire.script["GET /api/v2/users/"] = answer(200, USER | {"name": "B" * 2_000})
    with pytest.raises(exceptions.UnexpectedAnswerError):
        gateway.read_user(BOB)


def test_a_packed_answer_is_not_unpacked(wire, gateway):
    wire.script["GET /api/v2/users/"] = answer(200, gzip.compress(json.dumps(USER).encode()), Content_Encoding="gzip")
    with pytest.raises(exceptions.UnexpectedAnswerError):
        gateway.read_user(BOB)
    assert b"accept-encoding: identity" in wire.bodies[-1][1]


def test_cookies_are_not_kept(wire, gateway):
    wire.script["GET /api/v2/users/"] = answer(200, USER, Set_Cookie="did=1; Path=/")
    gateway.read_user(BOB)
    gateway.read_user(BOB)
    assert b"cookie" not in wire.bodies[-1][1].lower()


def test_a_redirect_is_not_followed(wire, gateway):
    wire.script["GET /api/v2/users/"] = answer(307, "", Location=f"http://127.0.0.1:{wire.port}/elsewhere")
    with pytest.raises(exceptions.UnexpectedAnswerError):
        gateway.read_user(BOB)
    assert wire.count("GET") == 1


def test_the_first_address_of_a_host_may_be_a_black_hole(wire, monkeypatch, settings):
    """Auth0's hosts have several addresses; each gets its share of the time."""
    settings.SOCIAL_AUTH_AUTH0_DOMAIN = f"localhost:{wire.port}"
    get_gateway().read_connection("Username-Password-Authentication")
    set_gateway(None)
    with socket.socket() as full:
        full.bind(("127.0.0.2", wire.port))
        full.listen(0)
        queued = [socket.socket() for _ in range(3)]
        for one in queued:
            one.setblocking(False)
            one.connect_ex(("127.0.0.2", wire.port))
        monkeypatch.setattr(transport, "addresses_of", lambda *_: ["127.0.0.2", "127.0.0.1"])
        monkeypatch.setattr(deadline, "TIMEOUTS", deadline.Timeouts(connect=0.4, total=5))
        assert get_gateway().read_user(BOB).subject == BOB
        for one in queued:
            one.close()


class TestTLS:
    @pytest.fixture
    def certificate(self, tmp_path):
        return make_certificate(tmp_path / "localhost.pem")

    @pytest.fixture
    def https(self, certificate, settings):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server = Wire(lambda connection: context.wrap_socket(connection, server_side=True))
        server.script = {"POST /oauth/token": answer(200, TOKEN), "GET ": answer(200, USER)}
        settings.SOCIAL_AUTH_AUTH0_DOMAIN = f"https://localhost:{server.port}"
        yield server
        server.stop()
        set_gateway(None)

    def test_a_certificate_that_nobody_vouches_for(self, https):
        with pytest.raises(exceptions.GatewayUnavailableError) as caught:
            get_gateway().read_user(BOB)
        assert "ConnectError" in str(caught.value)
        assert https.asked == []

    def test_one_that_is_trusted(self, https, certificate, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert get_gateway().read_user(BOB).subject == BOB

    def test_one_of_another_host(self, https, certificate, monkeypatch, settings):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        settings.SOCIAL_AUTH_AUTH0_DOMAIN = f"https://127.0.0.1:{https.port}"
        with pytest.raises(exceptions.GatewayUnavailableError):
            get_gateway().read_user(BOB)
        assert https.asked == []


def make_certificate(path):
    """A certificate for `localhost` that signs itself, with its key, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    kept = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(kept + certificate.public_bytes(serialization.Encoding.PEM))
    return path


class TestProxies:
    def test_the_environments_proxy_is_used(self, wire, settings, monkeypatch):
        settings.SOCIAL_AUTH_AUTH0_DOMAIN = "localhost:9"
        wire.script = {f"POST http://localhost:9{TOKEN_PATH}": answer(200, TOKEN), "GET ": answer(503, {})}
        monkeypatch.setenv("http_proxy", f"http://grace:secret@127.0.0.1:{wire.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        with pytest.raises(exceptions.GatewayUnavailableError):
            get_gateway().read_user(BOB)
        assert wire.asked == [
            f"POST http://localhost:9{TOKEN_PATH}",
            "GET http://localhost:9/api/v2/users/auth0%7Cbob",
        ]

    def test_unless_the_host_is_excepted(self, wire, gateway, monkeypatch):
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert gateway.read_user(BOB).subject == BOB


def test_a_fork_starts_anew(wire, gateway):
    """A worker that is forked after the first call has connections and a token of its own."""
    gateway.read_user(BOB)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        outcome = b"failed"
        try:
            outcome = get_gateway().read_user(BOB).subject.encode()
        finally:
            os.write(writing, outcome)
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 100).decode() == BOB
    gateway.read_user(BOB)
    assert (wire.connections, wire.count(f"POST {TOKEN_PATH}")) == (2, 2)
    os.close(reading)
    os.close(writing)
