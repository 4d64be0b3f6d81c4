"""On the database of this run, whichever it is: the migrations say what the models say, and the checks are content."""

from __future__ import annotations

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_the_migrations_are_complete():
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


def test_the_checks_are_silent():
    call_command("check", databases=["default"], fail_level="WARNING")
