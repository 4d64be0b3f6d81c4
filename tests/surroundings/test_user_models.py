"""A project with users of its own kind: a UUID as key, no username, no e-mail field, no `get_full_name`.

A project of its own needs a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).parents[2]
PROJECT = "tests.surroundings.uuid_project"


@pytest.fixture(scope="module")
def database(tmp_path_factory, django_db_blocker):
    """The address of a database of its own: a file, or beside that of the tests on the same server."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('uuid')}/site.sqlite3"
        return
    server, _, name = os.environ["DATABASE_URL"].rpartition("/")
    drop = f"DROP DATABASE IF EXISTS {name}_uuid"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(drop)
        cursor.execute(f"CREATE DATABASE {name}_uuid")
        yield f"{server}/{name}_uuid"
        cursor.execute(drop)


@pytest.fixture(scope="module")
def run(database):
    """Run Python in that project."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "DATABASE"))}
    environment = {**kept, "DJANGO_SETTINGS_MODULE": f"{PROJECT}.settings", "UUID_DATABASE": database}

    def run_python(*words):
        command = [sys.executable, *words]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    migrated = run_python("-m", "django", "migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    return run_python


@pytest.fixture(scope="module")
def story(run):
    """What the script of the flagged person said, step by step."""
    told = run("-c", f"import django; django.setup(); import {PROJECT}.story")
    assert told.returncode == 0, told.stderr
    return dict(line.rsplit(" ", 1) for line in told.stdout.splitlines())


def test_the_migrations_are_complete(run):
    checked = run("-m", "django", "makemigrations", "--check", "--dry-run")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_checks_are_silent(run):
    checked = run("-m", "django", "check", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr


STEPS = [
    "bound",
    "stamped",
    "open",
    "raised",
    "blocked",
    "page",
    "problem",
    "other backend",
    "admin passwordstate",
    "admin passwordstate?q=17",
    "admin resetrequirement",
    "admin resetrequirement?q=17",
    "cleared",
    "open again",
    "read",
    "gone",
]


@pytest.mark.parametrize("step", STEPS)
def test_every_step_of_the_story(story, step):
    assert story[step] == "yes"
