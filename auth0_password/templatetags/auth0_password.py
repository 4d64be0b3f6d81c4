"""Thin wrappers: how people say a time and a person."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext_lazy

from ..services import devices

register = template.Library()

AGO: dict[str, Any] = {
    "year": npgettext_lazy("ago", "%(num)d year", "%(num)d years", "num"),
    "month": npgettext_lazy("ago", "%(num)d month", "%(num)d months", "num"),
    "week": npgettext_lazy("ago", "%(num)d week", "%(num)d weeks", "num"),
    "day": npgettext_lazy("ago", "%(num)d day", "%(num)d days", "num"),
    "hour": npgettext_lazy("ago", "%(num)d hour", "%(num)d hours", "num"),
    "minute": npgettext_lazy("ago", "%(num)d minute", "%(num)d minutes", "num"),
}
"""Django's words for lengths of time, once more: after "ago" some languages decline them."""


@register.filter
def person(user: Any) -> str:
    """A user's full name, else what their model prints."""
    full_name = user.get_full_name() if hasattr(user, "get_full_name") else ""
    return full_name or str(user)


@register.filter
def device(user_agent: str) -> str:
    """A browser as people call it: Firefox on Windows. Empty where nothing is recognised."""
    return devices.device(user_agent)


@register.filter
def ago(value: datetime) -> str:
    """How long ago, in minutes or more: a moment ago; 2 minutes ago."""
    if timezone.now() - value < timedelta(minutes=1):
        return _("a moment ago")
    return _("%(distance)s ago") % {"distance": timesince(value, time_strings=AGO, depth=1)}


@register.filter
def wait(until: datetime) -> str:
    """How long from now on: 40 seconds; 3 minutes."""
    seconds = max(1, math.ceil((until - timezone.now()).total_seconds()))
    if seconds < 90:  # noqa: PLR2004 - below that, minutes say too little
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    return timeuntil(until, depth=1)


@register.simple_tag
def moment(value: datetime | None) -> SafeString:
    """A time as people say it, exact in `<time datetime>`: today at 09:12; 14 March 2026, 8 months ago."""
    if value is None:
        return SafeString("")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(timespec="seconds"), spoken(value))


def spoken(value: datetime) -> str:
    """`value` (aware) in the active time zone and language."""
    local, now = timezone.localtime(value), timezone.localtime()
    if local.date() == now.date():
        return _("today at %(time)s") % {"time": time_format(local, "TIME_FORMAT")}
    day = date_format(local, "DATE_FORMAT")
    if local > now:
        return day
    return _("%(day)s, %(distance)s ago") % {"day": day, "distance": timesince(local, now, time_strings=AGO, depth=1)}
