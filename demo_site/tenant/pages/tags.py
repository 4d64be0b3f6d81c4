"""Template filters of the tenant's pages."""

from __future__ import annotations

from datetime import UTC, datetime

from django import template
from django.utils.html import format_html

register = template.Library()
PROVIDERS = {"google-oauth2": "Google"}


@register.filter
def moment(iso: str) -> str:
    """A time as people say it, exact in the datetime attribute."""
    when = datetime.fromisoformat(iso).astimezone(UTC)
    return format_html('<time datetime="{}">{}</time>', iso, f"{when.day} {when:%b %Y, %H:%M} UTC")


@register.filter
def provider(connection: str) -> str:
    """A social connection's name as people say it."""
    return PROVIDERS.get(connection, connection)
