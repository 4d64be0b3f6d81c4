"""The demonstration as a Django app: it brings commands, templates and the users' admin."""

from __future__ import annotations

from django.apps import AppConfig


class DemoSiteConfig(AppConfig):
    """Named, because the local tenant below it is another project."""

    name = "demo_site"
    label = "demo_site"
