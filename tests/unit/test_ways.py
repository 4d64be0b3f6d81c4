"""Which ways are open to whom, best first, and why not the others."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from auth0_password.conf import conf
from auth0_password.exceptions import MailOnlyError
from auth0_password.gateway import ConnectionOptions, Identity, set_gateway
from auth0_password.models import PasswordState
from auth0_password.services import issue_ticket, look, require_reset, ways
from auth0_password.services.sessions import STRATEGY_CLAIM, Stamp, stamp_session
from tests.unit.conftest import BOB

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def confirmed(tenant_says):
    """Bob's address is confirmed, unless a test says otherwise."""
    tenant_says(email_verified=True)


GOOGLE = Identity(provider="google-oauth2", connection="google-oauth2", user_id="1")


@pytest.fixture
def session(bob, auth0_gateway):
    """Make Bob's session: of a sign-in with such claims."""

    def make(**claims):
        now = int(auth0_gateway.now().timestamp())
        found = {}
        stamp_session(found, Stamp.of_sign_in({"sub": BOB, "iat": now, "auth_time": now, **claims}, None))
        return found

    return make


@pytest.fixture
def tenant_says(bob, auth0_gateway, later):
    """Change Bob's profile at the tenant, and have the site read it."""

    def change(**fields):
        auth0_gateway.users[BOB] = replace(auth0_gateway.users[BOB], **fields)
        look(bob)

    return change


@pytest.fixture
def configure(settings, auth0_gateway):
    """Change our settings; a change makes the site forget its gateway."""

    def change(**changes):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, **changes}
        set_gateway(auth0_gateway)

    return change


def shown(user, session):
    """`reauthenticate, email_link breach`: names in their order, with the reason of those that are not open."""
    user.refresh_from_db()
    found = ways(type(user).objects.get(pk=user.pk), session)
    return ", ".join(f"{way.name} {way.why_not}".strip() for way in found)


ALL_OPEN = "reauthenticate, email_link, universal_login"
ALL_LOCAL = "reauthenticate local, email_link local, universal_login local"


def test_by_default_signing_in_again_comes_first(bob, session):
    assert shown(bob, session()) == ALL_OPEN
    assert shown(bob, {}) == ALL_OPEN


def test_a_site_orders_and_leaves_out(bob, session, configure):
    configure(WAYS=["email_link", "reauthenticate"])
    assert shown(bob, session()) == "email_link, reauthenticate"


class TestAfterABreach:
    @pytest.fixture(autouse=True)
    def breach(self, bob, grace):
        require_reset(bob, reason="breach", by=grace)

    def test_the_mail_comes_first_and_the_old_password_is_no_way(self, bob, session):
        assert shown(bob, session()) == "email_link, universal_login, reauthenticate breach"

    def test_another_requirement_beside_it_changes_nothing(self, bob, grace, session):
        require_reset(bob, reason="administrator", by=grace)
        assert shown(bob, session()) == "email_link, universal_login, reauthenticate breach"

    def test_a_second_factor_opens_it_behind_the_mail(self, bob, session, clock):
        PasswordState.objects.filter(user=bob).update(mfa_seen_at=timezone.now() - timedelta(seconds=1))
        assert shown(bob, session(amr=["mfa"])) == "email_link, reauthenticate, universal_login"

    @pytest.mark.parametrize("since", [0, 1, 3600])
    def test_not_one_that_was_never_seen_before(self, bob, session, since, clock):
        """Whoever knows the leaked password may have enrolled it."""
        assert "reauthenticate breach" in shown(bob, session(amr=["mfa"]))
        PasswordState.objects.filter(user=bob).update(mfa_seen_at=timezone.now() + timedelta(seconds=since))
        assert "reauthenticate breach" in shown(bob, session(amr=["mfa"]))

    @pytest.mark.parametrize("amr", [[], ["pwd"], "mfa", None, {"mfa": 1}])
    def test_what_is_no_second_factor(self, bob, session, amr):
        assert "reauthenticate breach" in shown(bob, session(amr=amr))

    def test_where_no_mail_is_sent_nothing_is_open(self, bob, session, auth0_gateway):
        auth0_gateway.connections[conf.CONNECTION] = ConnectionOptions(name=conf.CONNECTION, self_service_change=False)
        assert shown(bob, session()) == (
            "email_link switched_off, reauthenticate breach, universal_login switched_off"
        )


class TestLinked:
    @pytest.fixture(autouse=True)
    def linked(self, bob, tenant_says, auth0_gateway):
        tenant_says(identities=(*auth0_gateway.users[BOB].identities, GOOGLE))

    def test_a_sign_in_does_not_say_which_was_used(self, bob, session):
        assert shown(bob, session()) == "email_link, universal_login, reauthenticate linked"

    def test_unless_the_tenants_action_says_so(self, bob, session):
        assert shown(bob, session(**{STRATEGY_CLAIM: "auth0"})) == ALL_OPEN

    @pytest.mark.parametrize("strategy", ["google-oauth2", "AUTH0", "", None, ["auth0"]])
    def test_another_strategy_is_no_proof(self, bob, session, strategy):
        assert "reauthenticate linked" in shown(bob, session(**{STRATEGY_CLAIM: strategy}))

    @pytest.mark.parametrize(
        ("claims", "reauthenticated", "tickets"),
        [({STRATEGY_CLAIM: "auth0"}, True, 1), ({STRATEGY_CLAIM: "auth0"}, False, 0), ({}, True, 0),
         ({STRATEGY_CLAIM: "google-oauth2"}, True, 0)],
    )  # fmt: skip
    def test_and_then_only_signing_in_again_gets_a_ticket(self, bob, auth0_gateway, claims, reauthenticated, tickets):
        now = int(auth0_gateway.now().timestamp())
        claims = {"sub": BOB, "iat": now, "auth_time": now, **claims}
        proof = Stamp.of_sign_in(claims, None, reauthenticated=reauthenticated)
        with nullcontext() if tickets else pytest.raises(MailOnlyError):
            issue_ticket(bob, proof=proof)
        assert len(auth0_gateway.tickets) == tickets


def test_an_address_that_nobody_confirmed_gets_no_mail_while_there_is_another_way(bob, grace, session, tenant_says):
    tenant_says(email_verified=False)
    assert shown(bob, session()) == "reauthenticate, universal_login, email_link unconfirmed"
    require_reset(bob, reason="breach", by=grace)
    assert shown(bob, session()).startswith("email_link,")


def test_a_password_that_lives_elsewhere(bob, session, auth0_gateway, django_user_model):
    from auth0_password.services import subjects

    auth0_gateway.add("google-oauth2|carol", email="carol@example.com")
    carol = django_user_model.objects.create_user("carol")
    subjects.bind(carol, auth0_gateway.read_user("google-oauth2|carol"))
    assert shown(carol, {}) == "reauthenticate elsewhere, email_link elsewhere, universal_login elsewhere"


def test_somebody_of_this_site_only(grace):
    assert shown(grace, {}) == ALL_LOCAL


def test_somebody_known_from_before_signs_in_first(bob, grace):
    require_reset(bob, reason="administrator", by=grace)
    PasswordState.objects.update(subject="", subject_key=None)
    assert shown(bob, {}).startswith("reauthenticate, ")


@pytest.mark.parametrize("mode", ["deny", "mail", "form"])
def test_an_action_that_stops_flagged_users_stops_signing_in_again(bob, grace, session, configure, mode):
    configure(FORCE_AT=mode)
    assert shown(bob, session()) == ALL_OPEN
    require_reset(bob, reason="administrator", by=grace)
    assert shown(bob, session()) == "email_link, universal_login, reauthenticate stopped"


@pytest.mark.parametrize("mode", ["site", "deny", "mail", "form"])
def test_unless_it_hands_over_first(bob, grace, session, configure, mode):
    configure(FORCE_AT=mode, HANDOVER_SECRET="h" * 40)
    require_reset(bob, reason="administrator", by=grace)
    assert shown(bob, session()) == ALL_OPEN
    configure(SITE_URL="")
    assert shown(bob, session()).endswith("reauthenticate stopped") is (mode != "site")


def test_whoever_is_handed_over_showed_the_password(bob, grace, session, configure, tenant_says, auth0_gateway):
    configure(HANDOVER_SECRET="h" * 40)
    tenant_says(identities=(*auth0_gateway.users[BOB].identities, GOOGLE))
    assert shown(bob, session()) == ALL_OPEN
    require_reset(bob, reason="breach", by=grace)
    assert shown(bob, session()) == "email_link, universal_login, reauthenticate breach"


def test_a_connection_that_sends_no_links(bob, session, auth0_gateway):
    auth0_gateway.connections[conf.CONNECTION] = ConnectionOptions(name=conf.CONNECTION, self_service_change=False)
    assert shown(bob, session()) == "reauthenticate, email_link switched_off, universal_login switched_off"
