"""Fill the database: Bob, who is flagged, and Alice, who is not, both signed in. Prints their cookies as JSON."""

from __future__ import annotations

import json

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from auth0_password.services import require_reset

call_command("migrate", verbosity=0)
cookies = {}
for name in ("bob", "alice"):
    user = get_user_model().objects.create_user(name)
    browser = Client()
    browser.force_login(user, backend="auth0_password.backends.Auth0PasswordBackend")
    cookies[name] = browser.session.session_key
require_reset(get_user_model().objects.filter(username="bob"), reason="breach")
print(json.dumps(cookies))  # noqa: T201 - the test reads it
