"""One task for Django's tasks (Django 6) or their backport `django-tasks`, where the site has a backend for them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .services.in_process import InProcess
from .services.reconcile import perform as perform_now
from .services.work import Dispatcher


def framework() -> ModuleType | None:
    """The tasks that the site's default backend belongs to; None without one, and for those two that would do the work
    at once, in the middle of a request, or never."""
    for name in ("django.tasks", "django_tasks") if getattr(settings, "TASKS", None) else ():
        try:
            module = import_module(name)
            backend = module.task_backends[module.DEFAULT_TASK_BACKEND_ALIAS]
        except (ImportError, ImproperlyConfigured):
            continue
        useless = (
            import_module(f"{name}.backends.immediate").ImmediateBackend,
            import_module(f"{name}.backends.dummy").DummyBackend,
        )
        if isinstance(backend, import_module(f"{name}.backends.base").BaseTaskBackend):
            return None if isinstance(backend, useless) else module
    return None


FRAMEWORK = framework()


def task(function: Callable[[str, str], None]) -> Any:
    return FRAMEWORK.task(function) if FRAMEWORK else function


@task
def perform(kind: str, pk: str) -> None:
    """Do one row of work that is due, named by its kind and primary key."""
    perform_now(kind, pk)


def dispatcher() -> Dispatcher:
    """Who does work that is wanted: the site's tasks, else a thread of this process."""
    return perform.enqueue if FRAMEWORK else InProcess(perform_now)
