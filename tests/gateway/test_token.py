"""The Management token: one for all threads, renewed in time, and no burden on an endpoint that fails."""

from __future__ import annotations

import itertools
import threading

import pytest

from auth0_password import exceptions
from auth0_password.gateway import token as module
from auth0_password.gateway.deadline import deadline
from auth0_password.gateway.token import ManagementToken
from tests.gateway.people import BOB
from tests.gateway.wire import TOKEN, TOKEN_PATH, answer


class Endpoint:
    """`/oauth/token`, with a clock beside it."""

    def __init__(self):
        self.now, self.asked, self.error = 1_000.0, 0, None

    def __call__(self):
        self.asked += 1
        if self.error:
            raise self.error
        return f"token-{self.asked}", 86_400.0


@pytest.fixture
def endpoint(monkeypatch):
    endpoint = Endpoint()
    monkeypatch.setattr(module, "monotonic", lambda: endpoint.now)
    return endpoint


@pytest.fixture
def token(endpoint):
    with deadline():
        yield ManagementToken(endpoint)


def test_it_is_renewed_at_four_fifths_of_its_life(endpoint, token):
    assert token() == "token-1"
    endpoint.now += 0.79 * 86_400
    assert token() == "token-1"
    endpoint.now += 0.01 * 86_400
    assert token() == "token-2"
    assert endpoint.asked == 2


def test_an_old_one_serves_while_there_is_no_new_one(endpoint, token):
    token()
    endpoint.error = exceptions.GatewayUnavailableError("down")
    endpoint.now += 0.9 * 86_400
    assert token() == "token-1"
    endpoint.now += 0.1 * 86_400
    with pytest.raises(exceptions.GatewayUnavailableError):
        token()
    endpoint.error = None
    endpoint.now += module.PAUSE
    assert token() == "token-4"


def test_an_endpoint_that_fails_is_left_alone_for_a_second(endpoint, token):
    endpoint.error = exceptions.GatewayRefusedError("no", status=401)
    for _ in range(5):
        with pytest.raises(exceptions.GatewayRefusedError) as caught:
            token()
        assert (caught.value.status, endpoint.asked) == (401, 1)
    endpoint.error = None
    endpoint.now += module.PAUSE - 0.01
    with pytest.raises(exceptions.GatewayRefusedError):
        token()
    endpoint.now += 0.01
    assert token() == "token-2"


def test_after_a_401_one_renewal_is_enough_for_everybody(endpoint, token):
    number = token.have()
    assert {token.have(after=number) for _ in range(8)} == {number + 1}
    assert endpoint.asked == 2


def test_a_revoked_one_is_not_used_again_while_there_is_no_new_one(endpoint, token):
    number = token.have()
    endpoint.error = exceptions.GatewayUnavailableError("down")
    for _ in range(2):
        with pytest.raises(exceptions.GatewayUnavailableError):
            token.have(after=number)
    with pytest.raises(exceptions.GatewayUnavailableError):
        token()


def test_who_waits_for_another_thread_waits_to_the_deadline(endpoint, impatient):
    asked, go_on = threading.Event(), threading.Event()

    def slow():
        asked.set()
        go_on.wait()
        return endpoint()

    token = ManagementToken(slow)
    first = threading.Thread(target=fetched, args=(token,))
    first.start()
    asked.wait()
    impatient()
    with pytest.raises(exceptions.GatewayUnavailableError), deadline():
        token()
    go_on.set()
    first.join()
    assert endpoint.asked == 1


def fetched(token):
    with deadline():
        token()


def test_its_repr_does_not_hold_it(endpoint, token):
    assert token() not in repr(token)


def together(number, verb):
    """Run it in so many threads at once; what they returned or raised."""
    gate, results = threading.Barrier(number), []

    def run():
        gate.wait()
        try:
            results.append(verb())
        except exceptions.GatewayError as error:
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_one_token_is_fetched_when_many_need_it(wire, gateway):
    users = together(8, lambda: gateway.read_user(BOB))
    assert {user.subject for user in users} == {BOB}
    assert (wire.count(f"POST {TOKEN_PATH}"), len(wire.asked)) == (1, 9)


def test_many_that_are_refused_at_once_share_one_renewal(wire, gateway):
    gateway.read_user(BOB)
    wire.script[f"POST {TOKEN_PATH}"] = answer(200, TOKEN | {"access_token": "second-token"})
    wire.script["GET /api/v2/users/"] = first_refused(8, then=wire.script["GET /api/v2/users/"])
    wire.asked.clear()
    assert {user.subject for user in together(8, lambda: gateway.read_user(BOB))} == {BOB}
    assert wire.count(f"POST {TOKEN_PATH}") == 1
    assert wire.count("GET") == 16


def first_refused(number, then):
    """So many are refused, all at the same time; the others get that answer."""
    gate, asked = threading.Barrier(number), itertools.count()

    def told():
        if next(asked) >= number:
            return then
        gate.wait()
        return answer(401, {})

    return told


def test_many_share_one_failure(wire, gateway):
    wire.script[f"POST {TOKEN_PATH}"] = answer(503, {})
    outcomes = together(8, lambda: gateway.read_user(BOB))
    assert {type(one) for one in outcomes} == {exceptions.GatewayUnavailableError}
    assert len(wire.asked) == 1


@pytest.mark.parametrize("lifetime", ["86400", True, 0, -1, None, [], float("nan")], ids=str)
def test_a_life_that_makes_no_sense(wire, gateway, lifetime):
    wire.script[f"POST {TOKEN_PATH}"] = answer(200, TOKEN | {"expires_in": lifetime})
    with pytest.raises(exceptions.UnexpectedAnswerError):
        gateway.read_user(BOB)


@pytest.mark.parametrize("lifetime", [60.5, 10**400, float("inf")], ids=["60.5", "10**400", "inf"])
def test_a_life_of_any_length(wire, gateway, lifetime):
    wire.script[f"POST {TOKEN_PATH}"] = answer(200, TOKEN | {"expires_in": lifetime})
    assert gateway.read_user(BOB).subject == BOB


@pytest.mark.parametrize("value", ["", "two words", "line\r\nX-Header: 1", "ü", 7])
def test_a_token_that_is_none(wire, gateway, value):
    wire.script[f"POST {TOKEN_PATH}"] = answer(200, TOKEN | {"access_token": value})
    with pytest.raises(exceptions.UnexpectedAnswerError):
        gateway.read_user(BOB)
