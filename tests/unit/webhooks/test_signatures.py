"""Standard Webhooks: the body as it came, several secrets, a window of time; and whatever else a request may bring."""

from __future__ import annotations

import base64
import hmac
import os
from hashlib import sha256

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auth0_password.exceptions import NotGenuineError
from auth0_password.webhooks.signatures import check_signature, sign

OLD, NEW = (
    "an older secret of thirty-two characters",
    "whsec_" + base64.b64encode(b"k" * 16 + bytes(range(16))).decode(),
)
PLAY = settings(max_examples=100_000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 300, deadline=None)
BODY, NOW = b'{"type": "password.changed"}', 1_795_000_000


def headers_of(body=BODY, *, secret=NEW, name="msg_1", at=NOW, **changed):
    known = {"webhook-id": name, "webhook-timestamp": str(at), "webhook-signature": sign(secret, name, at, body)}
    return known | {key.replace("_", "-"): value for key, value in changed.items()}


def is_genuine(headers, body=BODY, *, now=NOW, secrets=(OLD, NEW)):
    try:
        check_signature(headers, body, secrets, now=now)
    except NotGenuineError:
        return False
    return True


def test_as_the_specification_computes_it():
    """The key is what stands behind the prefix, in base64."""
    key = base64.b64decode(NEW.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, b"msg_1.1795000000." + BODY, sha256).digest()).decode()
    assert is_genuine(headers_of(webhook_signature=f"v1,{expected}"))


def test_the_sample_of_the_specification():
    """From the specification's reference implementation."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert is_genuine(headers, body, now=1_614_265_330, secrets=[secret])


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_two_secrets_at_a_time(secret):
    assert is_genuine(headers_of(secret=secret))
    assert not is_genuine(headers_of(secret=secret), secrets=[one for one in (OLD, NEW) if one != secret])


def test_one_of_several_signatures():
    good = sign(NEW, "msg_1", NOW, BODY)
    assert is_genuine(headers_of(webhook_signature=f"v1,AAAA v1a,{good[3:]} {good}"))
    assert not is_genuine(headers_of(webhook_signature=f"v1a,{good[3:]} v2,{good[3:]} {good[3:]}"))


def test_not_more_of_them_than_anybody_needs():
    good = sign(NEW, "msg_1", NOW, BODY)
    assert not is_genuine(headers_of(webhook_signature="v1,AAAA " * 10 + good))


@pytest.mark.parametrize(("seconds", "genuine"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_five_minutes_before_and_after(seconds, genuine):
    assert is_genuine(headers_of(at=NOW + seconds)) is genuine


def test_no_secret_no_genuine_request():
    assert not is_genuine(headers_of(secret=""), secrets=[])


def test_the_same_json_written_anew():
    assert not is_genuine(headers_of(), BODY.replace(b": ", b":"))


def test_a_dot_does_not_move_between_the_parts():
    """`a.1` at 2 and `a` at 1 would sign the same bytes."""
    signature = sign(NEW, "a", 1, b"2." + BODY)
    assert sign(NEW, "a.1", 2, BODY) == signature
    assert not is_genuine({"webhook-id": "a.1", "webhook-timestamp": "2", "webhook-signature": signature}, BODY, now=2)


@PLAY
@given(st.integers(0, 10**6), st.integers(0, 7), st.sampled_from(["body", "webhook-id", "webhook-timestamp",
       "webhook-signature"]))  # fmt: skip
def test_any_bit(place, bit, part):
    """Also those bits of the signature's last letter that base64 does not use."""
    headers, body = headers_of(), bytearray(BODY)
    if part == "body":
        body[place % len(body)] ^= 1 << bit
    else:
        text = bytearray(headers[part].encode())
        text[place % len(text)] ^= 1 << bit
        headers[part] = text.decode("latin-1")
    assert not is_genuine(headers, bytes(body))


HEADER = st.text(max_size=60) | st.sampled_from(
    ["", "nan", "1e400", "-1", "٣", " 1795000000", "1795000000.0", "9" * 400]
)


@PLAY
@given(
    st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), HEADER),
    st.binary(max_size=60),
)
@example({"webhook-id": "msg_1", "webhook-timestamp": str(NOW), "webhook-signature": "v1,\udcff"}, BODY)
@example({"webhook-id": "msg_1", "webhook-timestamp": str(NOW), "webhook-signature": "v1"}, BODY)
def test_anything_else_is_refused_and_breaks_nothing(headers, body):
    assert not is_genuine(headers, body)
    assert not is_genuine(headers_of() | headers, body + b"!")
