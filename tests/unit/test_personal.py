"""What is personal is listed, and told to whoever asks. (That it is gone with the user: `test_erasure`.)"""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from auth0_password.models import ChangeReport, PasswordChange, SignIn
from auth0_password.services import look, require_reset
from auth0_password.services.personal import PERSONAL, personal_data
from tests.unit.conftest import BOB

pytestmark = pytest.mark.django_db

NOT_PERSONAL = {
    "PasswordState": {
        "password_home", "connection", "linked", "address_verified", "needs_reset", "required_at", "enforce_from",
        "requirement", "changed_at", "read_at", "check_due_at", "link_due_at", "check_tries", "sessions_valid_since",
        "sessions_valid_since_here", "sessions_ended_at", "mfa_seen_at", "version", "mirrored_version",
        "mirrored_flag", "mirror_due_at", "mirror_tries", "mirror_error", "lease_until", "lease_by",
    },
    "ResetRequirement": {
        "id", "campaign", "reason", "raised_at", "enforce_from", "status", "skip_reason", "tell", "tell_due_at",
        "tell_tries", "told_at", "tell_outcome", "reminded_at", "first_blocked_at", "closed_at", "announce_due_at",
        "lease_until", "lease_by",
    },
    "ResetCampaign": {
        "id", "uuid", "name", "reason", "created_at", "enforce_from", "tell", "remind_after", "status", "cursor",
        "counts",
    },
    "PasswordChange": {
        "id", "changed_at", "way", "mail_due_at", "mail_tries", "mail_outcome", "mail_sent_at", "revoke_due_at",
        "revoke_tries", "revoked_at", "revoke_result", "announce_due_at", "announced_at", "disputed_at", "warn_due_at",
        "lease_until", "lease_by",
    },
    "SignIn": {"id", "auth_time", "started_at", "ended_at", "ended_by", "expires_at"},
    "ChangeReport": {"id", "changed_at", "expires_at"},
    "LogCheckpoint": {"id", "domain", "log_id", "read_at"},
    "Throttle": {"id", "key", "window", "count"},
    "UsedToken": {"id", "key", "expires_at"},
    "ProbeAnswer": {"id", "domain", "question", "answer", "detail", "asked_at"},
}  # fmt: skip


def test_every_field_was_thought_about():
    """A new field is in one of the two lists."""
    listed = {model.__name__: set(fields) for model, fields in PERSONAL.items()}
    for model in apps.get_app_config("auth0_password").get_models():
        fields = {field.name for field in model._meta.concrete_fields}
        personal = listed.get(model.__name__, set())
        assert fields == personal | NOT_PERSONAL[model.__name__], model
        assert not personal & NOT_PERSONAL[model.__name__]


@pytest.fixture
def known(bob, auth0_gateway, later, grace):
    """Everything that can be kept of Bob is kept."""
    require_reset(bob, reason="administrator", by=grace, message="Dear Bob Miller")
    later(minutes=1)
    at = auth0_gateway.change_password(BOB)
    look(bob)
    report = {"ip": "203.0.113.9", "user_agent": "Firefox of Bob", "expires_at": timezone.now() + timedelta(days=30)}
    ChangeReport.objects.create(subject_key=PasswordChange.objects.get().subject_key, changed_at=at, **report)
    SignIn.objects.create(key="k", user=bob, started_at=timezone.now(), **report)
    return bob


def test_who_asks_is_told_everything(known, grace):
    told = json.dumps(personal_data(known), default=str)
    for trace in ["bob@example.com", "Dear Bob Miller", "203.0.113.9", "Firefox of Bob", "auth0|bob"]:
        assert trace in told
    assert "203.0.113.9" not in json.dumps(personal_data(grace), default=str)
