"""The demonstration's mail backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from django.core.mail import EmailMultiAlternatives

from demo_site.mail import InboxBackend

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant


@pytest.fixture
def letter() -> EmailMultiAlternatives:
    to = ["a@example.com", "b@example.com"]
    mail = EmailMultiAlternatives("Your new password", "Text http://localhost:8000/x/", to=to)
    mail.attach_alternative("<p>Text</p>", "text/html")
    return mail


def test_every_recipient_has_it(tenant: LocalTenant, settings: Any, letter: EmailMultiAlternatives):
    settings.SOCIAL_AUTH_AUTH0_DOMAIN = tenant.domain
    assert InboxBackend().send_messages([letter]) == 1
    assert [(mail["to"], mail["html"]) for mail in tenant.mails()] == [
        ("b@example.com", "<p>Text</p>"),
        ("a@example.com", "<p>Text</p>"),
    ]


def test_no_tenant_is_a_mail_server_that_is_down(settings: Any, letter: EmailMultiAlternatives):
    settings.SOCIAL_AUTH_AUTH0_DOMAIN = "127.0.0.1:1"
    with pytest.raises(requests.ConnectionError):
        InboxBackend().send_messages([letter])
