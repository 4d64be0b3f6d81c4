"""The demonstration's settings, on a database of the tests' own; each test names its tenant."""

import os
import tempfile

for name in ("AUTH0_DOMAIN", "PORT", "TENANT_PORT", "FORCE_AT", "RESET_VERIFIER"):
    os.environ.pop(name, None)

from demo_site.settings import *  # noqa: E402, F403 - the tests run the demonstration
from demo_site.settings import AUTH0_PASSWORD, DATABASES  # noqa: E402

AUTH0_PASSWORD |= dict.fromkeys(("ACTION_SECRET", "HANDOVER_SECRET", "LOG_STREAM_TOKEN"), "")

if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, so that the live server's threads have connections of their own, as they have in production.
    DATABASES["default"]["TEST"] = {"NAME": f"{tempfile.mkdtemp(prefix='auth0-password-')}/test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA synchronous=OFF"
DEMO_LOCAL_TENANT = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
