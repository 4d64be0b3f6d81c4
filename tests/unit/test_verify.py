"""The verifier's page: who gets a signed answer, and of which kind (VER-01 to VER-04)."""

from __future__ import annotations

import re
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from auth0_password import checks
from auth0_password.exceptions import GatewayUnavailableError
from auth0_password.models import PasswordState, Throttle, UsedToken
from auth0_password.services import require_reset, verification
from auth0_password.services.verification import Verdict
from tests.support.action_tokens import ABSENT, SECRET, session_token, validated
from tests.unit import verifiers
from tests.unit.conftest import BOB

pytestmark = pytest.mark.django_db
HOST = "127.0.0.1:8001"
VERIFY = "/account/verify/"
NAMES = ("NoVerifier", "Missing", "CardForm")
WRONG_PATHS = [*(f"tests.unit.verifiers.{name}" for name in NAMES), "nowhere.at_all", "x"]


@pytest.fixture
def use(settings):
    """Name a verifier, of these tests or by its dotted path."""

    def name(verifier, **changes):
        path = verifier if isinstance(verifier, str) else f"{verifier.__module__}.{verifier.__qualname__}"
        settings.AUTH0_PASSWORD = {
            **settings.AUTH0_PASSWORD, "RESET_VERIFIER": path, "VERIFIER_SECRET": SECRET, **changes,
        }  # fmt: skip

    return name


@pytest.fixture
def active(use):
    use("auth0_password.services.verifiers.ActiveHere")


@pytest.fixture
def card(use):
    use(verifiers.LibraryCard)


@pytest.fixture
def code(use):
    use(verifiers.PhoneBook)


def trip(subject=BOB, *, state="st-1", **changes):
    """What the Action sends along."""
    return {"session_token": session_token(subject, host=HOST, **changes), "state": state}


def hidden(answer):
    """The fields of the first form of the page that leads to the tenant or to ourselves."""
    form = re.search(r"<form[^>]*>.*?</form>", answer.content.decode().split("<main", 1)[1], re.DOTALL)[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def signed(answer, *, state="st-1", subject=BOB):
    """What the tenant is told, or None where nothing is signed."""
    if f'action="http://{HOST}/continue"' not in answer.content.decode():
        return None
    found = hidden(answer)
    assert found.keys() == {"state", "session_token"}
    assert found["state"] == state
    return validated(found["session_token"], state, subject=subject)


def is_refused(answer):
    return answer.status_code == 400 and "cannot be continued" in answer.content.decode() and signed(answer) is None


class TestPassing:
    def test_by_one_button(self, client, bob, active):
        there = trip()
        answer = client.get(VERIFY, there)
        assert answer.status_code == 200
        assert signed(answer) is None
        assert "b••@example.com" in answer.content.decode()
        answer = client.post(VERIFY, hidden(answer))
        claims = signed(answer)
        assert claims["approved"] is True
        assert claims["purpose"] == "verified"
        assert claims["exp"] - claims["iat"] == 60

    def test_the_page_that_leads_back(self, client, bob, active):
        """VER-03: by a form, with a button; nothing in an address, nothing kept, no word to the next site."""
        answer = client.post(VERIFY, trip())
        text = answer.content.decode()
        token = hidden(answer)["session_token"]
        assert text.count(token) == 1
        assert not re.search(r'(href|action|src)="[^"]*(session_token|state)', text)
        assert re.search(r'<form method="post" action="http://127.0.0.1:8001/continue" id="ap-goes-on">', text)
        assert "csrfmiddlewaretoken" not in re.search(r'<form method="post" action="http://127.*?</form>', text)[0]
        assert ">Go on</button>" in text
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "Location" not in answer

    def test_the_page_that_asks(self, client, bob, active):
        answer = client.get(VERIFY, trip())
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"  # its own form needs an Origin
        assert "Set-Cookie" not in answer or "session" not in str(answer.cookies)

    def test_at_the_host_that_the_flow_uses(self, client, bob, active, settings):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "CUSTOM_DOMAIN": "login.example.com"}
        answer = client.post(VERIFY, {**trip(iss="login.example.com")})
        assert 'action="https://login.example.com/continue"' in answer.content.decode()

    def test_with_a_secret_that_is_being_replaced(self, client, bob, use):
        newer = "the-next-secret-that-not-every-Action-has-yet"
        use(verifiers.LibraryCard, VERIFIER_SECRET=[newer, SECRET])
        answer = client.post(VERIFY, {**trip(), "begun": "1", "card": "7"})
        assert signed(answer)["approved"] is True

    def test_of_two_states_the_last_is_auth0s_own(self, client, bob, active):
        there = trip()
        answer = client.get(f"{VERIFY}?state=mine&session_token={there['session_token']}&state=st-1")
        assert signed(client.post(VERIFY, hidden(answer)))["approved"] is True

    def test_signed_in_as_the_same_person(self, client, bob, active):
        require_reset(bob, reason="policy")  # and blocked
        client.force_login(bob)
        assert client.get(VERIFY, trip()).status_code == 200
        assert signed(client.post(VERIFY, trip()))["approved"] is True

    def test_the_words_of_others_are_shown_as_words(self, client, bob, card):
        answer = client.post(VERIFY, {**trip(state='"><script>'), "card": "8"})
        text = answer.content.decode()
        assert "Bring your &lt;card&gt; to the desk." in text
        assert "&quot;&gt;&lt;script&gt;" in text
        assert "<script>" not in text


class TestNotGenuine:
    """VER-01."""

    @pytest.mark.parametrize(
        "changes",
        [{"secret": "x" * 40}, {"exp": 1_700_000_000}, {"exp": ABSENT}, {"iss": "evil.example"}, {"sub": ABSENT},
         {"purpose": ABSENT}, {"purpose": "verified"}, {"state": ""}, {"state": "x" * 3_000}],
    )  # fmt: skip
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_tokens(self, client, bob, active, changes, method):
        assert is_refused(getattr(client, method)(VERIFY, trip(**changes)))
        assert not UsedToken.objects.exists()

    @pytest.mark.parametrize("left_out", ["session_token", "state"])
    def test_half_of_it(self, client, bob, active, left_out):
        there = trip()
        del there[left_out]
        assert is_refused(client.get(VERIFY, there))
        assert is_refused(client.post(VERIFY, there))

    def test_what_stands_in_the_address_of_a_post_does_not_count(self, client, bob, active):
        there = trip()
        url = f"{VERIFY}?session_token={there['session_token']}&state=st-1"
        assert is_refused(client.post(url, {}))

    def test_replayed(self, client, bob, active):
        there = trip()
        assert signed(client.post(VERIFY, there))["approved"] is True
        assert is_refused(client.post(VERIFY, there))
        assert is_refused(client.get(VERIFY, there))

    def test_replayed_in_another_spelling(self, client, bob, active):
        """The last letter of a signature has two bits to spare."""
        there = trip()
        client.post(VERIFY, there)
        token = there["session_token"]
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        for by in (1, 2, 3):
            other = token[:-1] + letters[letters.index(token[-1]) ^ by]
            assert is_refused(client.post(VERIFY, {**there, "session_token": other}))

    def test_a_swapped_state(self, client, bob, active):
        there = trip(ip="1")
        client.post(VERIFY, there)
        assert is_refused(client.post(VERIFY, {**there, "state": "st-2"}))
        assert is_refused(client.post(VERIFY, trip(ip="2")))
        assert signed(client.post(VERIFY, trip(ip="2", state="st-2")), state="st-2")["approved"] is True

    def test_a_refusal_is_final_too(self, client, bob, card):
        there = trip()
        assert signed(client.post(VERIFY, {**there, "card": "8"}))["approved"] is False
        assert is_refused(client.post(VERIFY, {**there, "card": "7"}))

    def test_two_at_the_same_moment(self, client, bob, active, monkeypatch):
        """Both were asked before either answered."""
        one, two = (verification.open_attempt(**trip(), visitor=Client().get("/").wsgi_request.user) for _ in "12")
        assert verification.answer(one, {}).verdict.approved
        with pytest.raises(verification.NotGenuineError):
            verification.answer(two, {})

    def test_it_is_remembered_for_longer_than_auth0_keeps_the_flow(self, client, bob, active, later):
        client.post(VERIFY, trip())
        an_hour_later = later(minutes=61)
        assert [row.expires_at > an_hour_later for row in UsedToken.objects.all()] == [True, True]

    def test_nothing_of_it_is_kept_or_logged(self, client, bob, active, caplog):
        there = trip(state="a-state-that-is-nobodys-business")
        with caplog.at_level("DEBUG"):
            answer = client.post(VERIFY, there)
            client.post(VERIFY, there)
        token = hidden(answer)["session_token"]
        kept = str([list(model.objects.values()) for model in (UsedToken, Throttle, PasswordState)])
        for secret in (there["session_token"], there["state"], token, SECRET):
            assert secret not in caplog.text
            assert secret not in kept
        assert "answered already" in caplog.text

    @pytest.mark.parametrize("setting", ["RESET_VERIFIER", "VERIFIER_SECRET"])
    def test_without_it_there_is_no_such_page(self, client, bob, active, settings, setting):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, setting: ""}
        assert client.get(VERIFY, trip()).status_code == 404
        assert client.post(VERIFY, trip()).status_code == 404


class TestSomebodyElse:
    """VER-02."""

    @pytest.fixture(params=["grace", "bob"])
    def visitor(self, request, bob, grace, client):
        """Grace has no subject; Bob is not the one whom the attacker's link is about."""
        client.force_login(grace if request.param == "grace" else bob)
        return request.param

    def test_an_attackers_link(self, visitor, client, active):
        there = trip(BOB if visitor == "grace" else "auth0|mallory")
        for answer in (client.get(VERIFY, there), client.post(VERIFY, there)):
            assert answer.status_code == 409
            assert "for somebody else" in answer.content.decode()
            assert signed(answer) is None
        assert not UsedToken.objects.exists()

    def test_nobody_else_presses_the_button(self, bob, active):
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(VERIFY, trip()).status_code == 403
        assert not UsedToken.objects.exists()

    @pytest.mark.parametrize("method", ["get", "head", "options"])
    def test_opening_it_approves_nothing(self, client, bob, code, auth0_gateway, method):
        auth0_gateway.calls.clear()
        assert signed(getattr(client, method)(VERIFY, trip())) is None
        assert (UsedToken.objects.count(), Throttle.objects.count(), mail.outbox) == (0, 0, [])
        assert auth0_gateway.calls == []


class TestFailures:
    """VER-04."""

    @pytest.mark.parametrize("where", ["words", "form", "clean", "decide"])
    @pytest.mark.parametrize("error", [RuntimeError("bob@example.com"), SMTPServerDisconnected(), ImportError()])
    def test_of_the_sites_verifier(self, client, bob, use, monkeypatch, where, error):
        use(verifiers.Broken)
        monkeypatch.setattr(verifiers.Broken, "where", where)
        monkeypatch.setattr(verifiers.Broken, "error", error)
        answer = client.post(VERIFY, trip())
        assert answer.status_code == 503
        assert signed(answer) is None
        assert "bob@example.com" not in answer.content.decode()
        monkeypatch.setattr(verifiers.Broken, "where", "nowhere")
        assert signed(client.post(VERIFY, trip()))["approved"] is True  # nothing was spent

    @pytest.mark.parametrize("error", [DatabaseError(), GatewayUnavailableError("no answer")])
    def test_that_have_a_page_of_their_own(self, client, bob, use, monkeypatch, error):
        use(verifiers.Broken)
        monkeypatch.setattr(verifiers.Broken, "error", error)
        answer = client.post(VERIFY, trip())
        assert answer.status_code == 503
        assert signed(answer) is None

    @pytest.mark.parametrize("says", [True, None, 1, "approved", {"approved": True}, Verdict(approved=1),
                                      Verdict(approved="no"), Verdict(approved=None)])  # fmt: skip
    def test_what_is_no_verdict(self, client, bob, use, monkeypatch, says):
        use(verifiers.Careless)
        monkeypatch.setattr(verifiers.Careless, "says", says)
        answer = client.post(VERIFY, trip())
        assert answer.status_code == 503
        assert signed(answer) is None

    @pytest.mark.parametrize("path", WRONG_PATHS)
    def test_a_wrong_path(self, client, bob, use, path):
        use(path)
        answer = client.post(VERIFY, trip())
        assert answer.status_code == 503
        assert signed(answer) is None

    @pytest.mark.parametrize("at", ["SELECT", "INSERT"])
    def test_the_database_is_down(self, client, bob, active, at):
        from django.db import connection

        def no_database(execute, sql, params, many, context):
            if sql.startswith(at):
                raise DatabaseError("the connection was lost")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(no_database):
            answer = client.post(VERIFY, trip())
        assert answer.status_code == 503
        assert signed(answer) is None


class TestForms:
    def test_a_form_of_the_sites_own(self, client, bob, card):
        text = client.get(VERIFY, trip()).content.decode()
        assert '<label for="id_card">Library card</label>' in text
        assert "It is printed on the back." in text
        answer = client.post(VERIFY, {**trip(), "card": "7"})
        assert signed(answer)["approved"] is True

    @pytest.mark.parametrize(("typed", "words"), [("", "required"), ("123456789", "at most 8"), ("again", "renewed")])
    def test_asked_again(self, client, bob, card, typed, words):
        there = trip()
        answer = client.post(VERIFY, {**there, "card": typed})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert signed(answer) is None
        assert signed(client.post(VERIFY, {**hidden(answer), "card": "7"}))["approved"] is True

    def test_refused_with_words(self, client, bob, card):
        answer = client.post(VERIFY, {**trip(), "card": "8"})
        claims = signed(answer)
        assert claims["approved"] is False
        assert claims["words"] == "Bring your <card> to the desk."
        assert "verified.js" not in answer.content.decode()  # the words are read first


class TestActiveHere:
    def test_somebody_switched_off(self, client, bob, active):
        get_user_model().objects.update(is_active=False)
        claims = signed(client.post(VERIFY, trip()))
        assert claims["approved"] is False
        assert "switched off" in claims["words"]

    def test_somebody_who_is_not_known_here(self, client, bob, active):
        answer = client.get(VERIFY, trip("auth0|stranger"))
        assert answer.status_code == 200
        assert signed(client.post(VERIFY, trip("auth0|stranger")), subject="auth0|stranger")["approved"] is True

    def test_not_by_the_other_verifiers(self, client, bob, card):
        claims = signed(client.post(VERIFY, trip("auth0|stranger")), subject="auth0|stranger")
        assert claims["approved"] is False
        assert "does not know" in claims["words"]


class TestCode:
    @pytest.fixture
    def asked(self, client, bob, code):
        """Bob has pressed the button, and sees where the code is typed."""
        page = client.get(VERIFY, trip())
        assert "b••@work.example" in page.content.decode()
        assert 'name="code"' not in page.content.decode()
        answer = client.post(VERIFY, hidden(page))
        assert answer.status_code == 200
        assert 'name="code"' in answer.content.decode()
        return hidden(answer)

    def test_the_mail(self, asked):
        [letter] = mail.outbox
        assert letter.to == ["bob@work.example"]
        assert letter.subject == "Your code for a new password"
        assert the_code() in letter.body
        assert "session_token" not in letter.body
        assert "/verify" not in letter.body

    @pytest.mark.parametrize("spell", [str, lambda code: f" {code[:3]} {code[3:]} ", lambda c: f"{c[:3]}-{c[3:]}"])
    def test_the_right_one(self, client, asked, spell):
        assert signed(client.post(VERIFY, {**asked, "code": spell(the_code())}))["approved"] is True

    @pytest.mark.parametrize("typed", ["", "000000 ", "١٢٣٤٥٦", "x" * 21])
    def test_another(self, client, asked, typed):
        assert the_code() != typed.strip()
        answer = client.post(VERIFY, {**asked, "code": typed})
        assert answer.status_code == 422
        assert signed(answer) is None
        assert signed(client.post(VERIFY, {**asked, "code": the_code()}))["approved"] is True

    def test_without_having_asked_for_it(self, client, bob, code):
        answer = client.post(VERIFY, {**trip(), "begun": "1", "code": "000000"})
        assert answer.status_code == 422
        assert mail.outbox == []

    def test_of_another_attempt(self, client, asked):
        answer = client.post(VERIFY, {**trip(ip="another"), "begun": "1", "code": the_code()})
        assert answer.status_code == 422

    def test_not_for_ever(self, client, asked, later):
        later(minutes=17)
        assert is_refused(client.post(VERIFY, {**asked, "code": the_code()}))

    def test_five_tries_in_an_hour(self, client, asked, later):
        for _ in range(5):
            assert client.post(VERIFY, {**asked, "code": "wrong"}).status_code == 422
        answer = client.post(VERIFY, {**asked, "code": the_code()})
        assert answer.status_code == 429
        assert signed(answer) is None
        later(hours=1)
        there = trip()
        client.post(VERIFY, there)
        assert signed(client.post(VERIFY, {**there, "begun": "1", "code": the_code()}))["approved"] is True

    def test_five_mails_in_an_hour(self, client, asked):
        again = {name: value for name, value in asked.items() if name != "begun"}
        for _ in range(4):
            assert client.post(VERIFY, again).status_code == 200
        assert client.post(VERIFY, again).status_code == 429
        assert len(mail.outbox) == 5
        assert len({letter.body for letter in mail.outbox}) == 1  # any of them is the right one

    def test_it_is_kept_nowhere(self, asked):
        rows = [list(model.objects.values()) for model in (UsedToken, Throttle, PasswordState)]
        assert the_code() not in str(rows)
        assert the_code() not in str(asked)

    def test_no_second_address(self, client, bob, code, monkeypatch):
        monkeypatch.setattr(verifiers.PhoneBook, "book", {})
        claims = signed(client.post(VERIFY, trip()))
        assert claims["approved"] is False
        assert "no second address" in claims["words"]

    def test_the_mailbox_of_the_link_is_no_second_one(self, client, bob, code, monkeypatch):
        monkeypatch.setattr(verifiers.PhoneBook, "book", {"bob": " Bob@Example.com "})
        assert signed(client.post(VERIFY, trip()))["approved"] is False
        assert mail.outbox == []

    def test_the_mail_server_is_down(self, client, bob, code, monkeypatch):
        monkeypatch.setattr(EmailBackend, "send_messages", is_down)
        for _ in range(6):  # what was not sent counts towards no limit
            assert client.post(VERIFY, trip()).status_code == 503

    def test_the_mail_server_will_never_take_the_second_address(self, client, bob, code, monkeypatch):
        """That the tenant sends no links would be another story."""
        monkeypatch.setattr(EmailBackend, "send_messages", refuses)
        page = client.post(VERIFY, trip())
        assert page.status_code == 200
        assert "takes no mail from us" in page.content.decode()


def refuses(_server, messages):
    raise SMTPRecipientsRefused({messages[0].to[0]: (550, b"no such user")})


def is_down(_server, messages):
    if messages[0].to != ["grace@example.com"]:  # she gets Django's own mail about the error page
        raise SMTPServerDisconnected


def the_code():
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]


class TestChecks:
    def found(self):
        messages = [*checks.check_settings(), *checks.check_policy()]
        return [message.id.removeprefix("auth0_password.") for message in messages]

    def test_a_site_that_is_right(self, card):
        assert self.found() == []

    @pytest.mark.parametrize("path", WRONG_PATHS)
    def test_wrong_paths(self, use, path):
        use(path)
        assert self.found() == ["E015"]

    @pytest.mark.parametrize("path", [1, "a b.c", "a..b", "/account/"])
    def test_what_is_no_path(self, use, settings, path):
        use("x.y")
        settings.AUTH0_PASSWORD["RESET_VERIFIER"] = path
        assert self.found() == ["E002"]

    @pytest.mark.parametrize("left_out", ["RESET_VERIFIER", "VERIFIER_SECRET"])
    def test_one_without_the_other(self, card, settings, left_out):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, left_out: ""}
        assert self.found() == ["E015"]

    @pytest.mark.parametrize("secret", ["short", "x" * 40, [SECRET, "also-short"], "changeme" * 4])
    def test_secrets_that_can_be_guessed(self, use, secret):
        use(verifiers.LibraryCard, VERIFIER_SECRET=secret)
        assert self.found() == ["E014"]

    @pytest.mark.parametrize(("allowed", "ids"), [
        (["'self'", f"http://{HOST}"], ["W004"]), (["'self'", f"http://{HOST}", "https://login.example.com"], []),
    ])  # fmt: skip
    def test_the_policy_lets_it_back(self, use, settings, allowed, ids):
        use(verifiers.LibraryCard, CUSTOM_DOMAIN="login.example.com")
        settings.SECURE_CSP = {"form-action": allowed}
        assert self.found() == ids


class TestInstructions:
    def test_the_same_for_everybody(self, client, bob):
        url = reverse("auth0_password:instructions")
        anonymous = client.get(url)
        assert anonymous.status_code == 200
        assert "A new password is needed" in anonymous.content.decode()
        assert reverse("auth0_password:forgot") in anonymous.content.decode()
        require_reset(bob, reason="breach")
        client.force_login(bob)
        signed_in = client.get(url)

        def main(answer):
            text = answer.content.decode().split("<main", 1)[1]
            return re.sub(r'value="\w{64}"', "", text)

        assert main(signed_in) == main(anonymous)

    def test_without_links(self, client, settings):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "WAYS": ["universal_login"]}
        assert reverse("auth0_password:forgot") not in client.get("/account/instructions/").content.decode()
