"""The demonstration's own small rules."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
