"""A worker of the demonstration's in a process of its own, on the database of the test: its mails are files, and what
its signal tells is a line in one."""

from __future__ import annotations

import os

from demo_site.settings import *  # noqa: F403 - the demonstration's
from demo_site.settings import DATABASES, INSTALLED_APPS, django

OUT = os.environ["WORKER_OUT"]
DATABASES["default"]["NAME"] = os.environ["WORKER_DATABASE"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.listener.Listener"]
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": "tests.faults.listener.FileBackend"}}
else:
    EMAIL_BACKEND = "tests.faults.listener.FileBackend"
