import pytest
from django.contrib.auth.models import Permission

from auth0_password.models import ResetRequirement

pytestmark = pytest.mark.django_db
USERS = "/admin/auth/user/"


@pytest.fixture
def sam(django_user_model):
    """Staff, who may look at users but require nothing."""
    user = django_user_model.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    return user


def act(client, who, *people):
    client.force_login(who)
    data = {"action": "require_new_password", "_selected_action": [person.pk for person in people]}
    return client.post(USERS, data, follow=True)


def test_grace_requires_it_of_bob(client, grace, bob):
    assert "1 user must choose a new password from now on." in act(client, grace, bob).content.decode()
    assert ResetRequirement.objects.get().by == grace


def test_a_forged_post_of_staff_without_the_permission_does_nothing(client, sam, bob):
    assert "require_new_password" not in act(client, sam, bob).content.decode()
    assert not ResetRequirement.objects.exists()


def test_staff_with_the_permission_cannot_touch_a_superuser(client, sam, grace, bob):
    sam.user_permissions.add(Permission.objects.get(codename="require_reset"))
    text = act(client, sam, grace, bob).content.decode()
    assert "Grace was skipped" in text
    assert dict(ResetRequirement.objects.values_list("user__username", "status")) == {
        "grace": "skipped",
        "bob": "open",
    }


def test_the_record_goes_with_the_user(client, grace, bob):
    act(client, grace, bob)
    assert client.post(f"{USERS}{bob.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not ResetRequirement.objects.filter(user=bob.pk).exists()


@pytest.mark.parametrize("model", ["passwordstate", "resetrequirement"])
def test_the_record_is_for_looking_at(client, grace, bob, model):
    act(client, grace, bob)
    page = f"/admin/auth0_password/{model}/"
    assert client.get(page).status_code == 200
    assert client.get(f"{page}add/").status_code == 403
    row = ResetRequirement.objects.get().pk if model == "resetrequirement" else bob.pk
    assert client.get(f"{page}{row}/change/").status_code == 200
    assert client.post(f"{page}{row}/change/", {"needs_reset": ""}).status_code == 403
    assert client.post(f"{page}{row}/delete/", {"post": "yes"}).status_code == 403
