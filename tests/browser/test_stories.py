"""The stories in Chromium: at a desk, on a phone in the dark, and without scripts, under a strict policy."""

from __future__ import annotations

from auth0_password.models import PasswordState
from auth0_password.services import require_reset
from tests.stories.people import (
    ALICE,
    ALICES,
    BOB,
    DAVE,
    DAVES,
    GRACES,
    HEIDI,
    HEIDIS,
    NEW,
    TEMPORARY,
    TICKETS,
    choose_with_link,
    count,
    is_password_of,
    newest_link,
)


def known(email):
    return PasswordState.objects.get(user__email=email).user


def give_code(person):
    """The tenant's page shows the code that an application would."""
    assert person.h1 == "Verify your identity"
    person.fill(code=person.page.locator(".code").inner_text())
    person.press("Continue")


def test_bob_has_a_temporary_password(site, tenant, person, people):
    elsewhere = people("elsewhere")
    elsewhere.arrive(f"{site}/loans/", BOB, TEMPORARY)
    person.arrive(f"{site}/loans/?sort=due", BOB, TEMPORARY)
    assert person.h1 == "Choose a new password"
    person.page.goto(f"{site}/loans/")
    assert person.h1 == "Choose a new password"
    person.page.go_back()
    person.press("Check now")
    assert "no new password yet" in person.text
    person.glance("story-bob")

    person.press("Choose a new password")
    link = person.page.url
    assert link.startswith(tenant.base_url)
    person.choose("short")
    assert person.h1 == "Change your password"
    person.choose(NEW)
    assert person.h1 == "Password changed"
    person.follow("Back to Northwind Library")
    person.sign_in(BOB, NEW)
    assert person.h1 == "My loans"
    assert person.page.url == f"{site}/loans/?sort=due"

    elsewhere.page.goto(f"{site}/loans/")
    assert elsewhere.h1 == "Sign in again"
    elsewhere.page.goto(link)
    assert elsewhere.h1 != "Change your password"


def test_alice_carol_and_grace_by_the_buttons_of_the_demonstration(site, tenant, people, look):
    alice, carol, grace = (people(**look) for _ in range(3))
    for person, button in ((alice, "Sign in as Alice"), (carol, "Sign in as Carol"), (grace, "Sign in as Grace")):
        person.page.goto(f"{site}/")
        person.press(button)
    alice.fill(password=ALICES)
    alice.press("Continue")
    assert alice.h1 == "Your account"
    carol.press("Carol Singh carol@example.com")
    assert "This site has no password of yours" in carol.text
    grace.fill(password=GRACES)
    grace.press("Continue")
    grace.page.wait_for_url(f"{site}/admin/")
    grace.page.goto(f"{site}/admin/auth/user/?q=alice")
    grace.page.locator("input[name=_selected_action]").first.check()
    grace.page.select_option("select[name=action]", "require_new_password")
    grace.page.locator("button[name=index]").click()
    grace.press("Require a new password of 1 user")
    grace.page.get_by_text("1 user must choose a new password").wait_for()
    alice.page.goto(f"{site}/loans/")
    assert alice.h1 == "Choose a new password"
    assert "Asked for by Grace Okafor" in alice.text


def test_dave_has_forgotten_his(site, tenant, person):
    """C1: "Forgot password?" on the sign-in page, the mail, a new password, and in."""
    person.page.goto(f"{site}/loans/?sort=due")
    person.press("Sign in")
    person.follow("Forgot password?")
    assert person.h1 == "Forgot your password?"
    person.fill(email=DAVE)
    person.press("Continue")
    assert person.h1 == "Check your email"
    person.glance("story-dave-asked")
    person.page.goto(newest_link(tenant, DAVE))
    person.choose(NEW)
    assert person.h1 == "Password changed"
    person.follow("Back to Northwind Library")
    person.sign_in(DAVE, NEW)
    assert person.h1 in {"My loans", "Your account"}
    person.glance("story-dave-in")
    assert not is_password_of(site, DAVE, DAVES)


def test_alices_sign_in_is_stale(site, tenant, person, later):
    """C4b: ten minutes after signing in the session still counts, but a new password needs the old one once more."""
    person.arrive(f"{site}/account/", ALICE, ALICES)
    later(minutes=10)
    person.page.reload()
    assert person.h1 == "Your account"
    person.press("Change password")
    assert person.h1 == "Welcome"
    assert count(tenant, TICKETS) == 0
    assert person.page.input_value("input[name=username]") == ALICE
    person.glance("story-alice-asked-again")
    person.sign_in(ALICE, "not-hers")
    assert "Wrong email or password" in person.text
    person.sign_in(ALICE, ALICES)
    assert person.h1 == "Change your password"
    person.choose(NEW)
    person.follow("Back to Northwind Library")
    person.sign_in(ALICE, NEW)
    assert person.h1 == "Your account"
    assert "last changed" in person.text
    assert not is_password_of(site, ALICE, ALICES)


def test_bobs_sign_in_is_stale(site, tenant, person, later):
    """C4b where it is required: the page says what comes, and pressing the button asks for it."""
    person.arrive(f"{site}/loans/?sort=due", BOB, TEMPORARY)
    assert "there is nothing else to confirm" in person.text
    later(minutes=10)
    person.press("Choose a new password")  # the page is older than what it says
    assert person.h1 == "Welcome"
    assert count(tenant, TICKETS) == 0
    person.page.go_back()
    person.page.reload()
    assert "asks for your current password first" in person.text
    person.press("Choose a new password")
    person.sign_in(BOB, TEMPORARY)
    person.choose(NEW)
    person.follow("Back to Northwind Library")
    person.sign_in(BOB, NEW)
    assert person.h1 == "My loans"
    assert person.page.url == f"{site}/loans/?sort=due"


def test_dave_has_a_second_factor_when_his_password_leaks(site, tenant, person, later):
    """The mail comes first; but who shows the second factor, as at the sign-in before, may choose without it."""
    tenant.plan(mfa_at_login=True)
    person.page.goto(f"{site}/loans/?sort=due")
    person.press("Sign in")
    person.sign_in(DAVE, DAVES)
    give_code(person)
    assert person.h1 == "My loans"
    require_reset(known(DAVE), reason="breach", message="It was in a list.")
    later(minutes=6)
    person.page.reload()
    assert person.h1 == "Choose a new password"
    assert person.page.locator("main .ap-primary").inner_text() == "Send me a link"
    person.glance("story-dave-breach")
    person.press("Change password")
    person.sign_in(DAVE, DAVES)
    person.glance("story-dave-second-factor")
    give_code(person)
    assert person.h1 == "Change your password"
    person.choose(NEW)
    person.follow("Back to Northwind Library")
    person.sign_in(DAVE, NEW)
    give_code(person)
    assert person.h1 == "My loans"
    assert person.page.url == f"{site}/loans/?sort=due"
    assert not is_password_of(site, DAVE, DAVES)


def test_heidi_and_somebody_who_knows_her_password(site, tenant, people, person, later):
    """Two browsers: his password opens nothing, his asking sends the mail to her, and her change ends his session."""
    attacker = people("attacker")
    attacker.arrive(f"{site}/loans/", HEIDI, HEIDIS)
    require_reset(known(HEIDI), reason="breach")
    person.arrive(f"{site}/loans/?sort=due", HEIDI, HEIDIS)
    assert "may be known to others" in person.text

    attacker.page.reload()
    assert attacker.page.get_by_role("button", name="Change password").count() == 0
    attacker.press("Open the sign-in page")
    attacker.sign_in(HEIDI, HEIDIS)
    assert attacker.h1 == "Choose a new password"
    attacker.press("Send me a link")
    assert attacker.h1 == "Check your mail"
    assert "h••@example.com" in attacker.text
    assert count(tenant, TICKETS) == 0
    attacker.glance("story-attacker")

    later(minutes=1)
    person.press("Send me a link")
    assert person.h1 == "Check your mail"
    assert {mail["to"] for mail in tenant.mails()} == {HEIDI}
    choose_with_link(tenant, HEIDI)
    person.press("I have changed it: check now")
    assert person.h1 == "Sign in again"
    person.glance("story-heidi-changed")
    person.press("Sign in")
    person.sign_in(HEIDI, NEW)
    assert person.h1 == "My loans"
    assert person.page.url == f"{site}/loans/?sort=due"

    attacker.page.goto(f"{site}/loans/")
    assert attacker.h1 == "Sign in again"
    attacker.press("Sign in")
    attacker.sign_in(HEIDI, HEIDIS)
    assert "Wrong email or password" in attacker.text
    attacker.page.goto(f"{site}/account/")
    assert "Heidi" not in attacker.text
    assert not is_password_of(site, HEIDI, HEIDIS)
