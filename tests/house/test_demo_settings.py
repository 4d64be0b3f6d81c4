"""The demonstration's own small rules."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from auth0_password.checks.values import SAMPLES, SHARED
from auth0_password.conf import is_weak
from auth0_password.deployment.scopes import DEPLOYMENT
from demo_site import seed
from demo_site.pipeline import give_seeded_rights

ROOT = Path(__file__).parents[2]
GRACE = next(person for person in seed.people() if person["email"] == "grace@example.com")["user_id"]


@pytest.mark.parametrize("own_tenant", [True, False])
def test_seeded_rights_are_given_beside_the_demos_own_tenant_only(db, settings, django_user_model, own_tenant):
    settings.DEMO_LOCAL_TENANT = own_tenant
    user = django_user_model.objects.create_user("grace")
    give_seeded_rights(None, uid=GRACE, user=user)
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser) == (own_tenant, own_tenant)


def test_they_go_by_subject_never_by_address(db, settings, django_user_model):
    settings.DEMO_LOCAL_TENANT = True
    user = django_user_model.objects.create_user("grace", "grace@example.com")
    give_seeded_rights(None, uid="auth0|somebody-else", user=user)
    user.refresh_from_db()
    assert not user.is_staff


@pytest.mark.parametrize("setting", ["site", "deny", "mail", "form"])
def test_rows_say_how_to_start_what_is_not_on(settings, client, db, setting):
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "FORCE_AT": setting, "HANDOVER_SECRET": "x" * 32}
    page = client.get("/").content.decode()
    for mode in ("deny", "mail", "form"):
        assert (f"FORCE_AT={mode} make demo" in page) == (mode != setting)
    assert "HANDOVER_SECRET= make demo" in page


def test_the_hand_over_is_not_on_without_its_secret(settings, client, db):
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "HANDOVER_SECRET": ""}
    page = client.get("/").content.decode()
    assert '<code class="lib-command">make demo</code>' in page
    assert "HANDOVER_SECRET= make demo" not in page


def test_a_real_tenant_from_the_environment():
    code = (
        "from django.conf import settings as s; from auth0_password.conf import conf;"
        "print(conf.DOMAIN.url, conf.MANAGEMENT_CLIENT_ID, conf.CONNECTION, s.DEMO_LOCAL_TENANT)"
    )
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "demo_site.settings",
        "AUTH0_DOMAIN": "tenant.eu.auth0.com",
        "AUTH0_MANAGEMENT_CLIENT_ID": "m2m",
        "AUTH0_CONNECTION": "People",
        "DEMO_LOCAL_TENANT": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["https://tenant.eu.auth0.com", "m2m", "People", "False"]


def test_who_deploys_may_do_what_the_deployment_does_and_look_around():
    *_, deploy = seed.clients()
    deploys = {scope for scopes in DEPLOYMENT.values() for scope in scopes}
    assert deploys <= set(deploy["scopes"])
    assert all(scope.startswith("read:") for scope in set(deploy["scopes"]) - deploys)


def test_what_the_site_shares_with_its_tenant_is_a_sample_to_any_other():
    assert set(seed.SHARED_SECRETS) == set(SHARED)
    assert all(secret.startswith(SAMPLES) and not is_weak(secret) for secret in seed.SHARED_SECRETS.values())
