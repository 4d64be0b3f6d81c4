"""Browsers as people call them: a guess from what they say of themselves, to be recognised by. It proves nothing."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOST = 300
"""Characters of a `User-Agent` that are kept."""

BROWSERS = {
    "Edg": "Edge",
    "EdgA": "Edge",
    "EdgiOS": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Vivaldi": "Vivaldi",
    "FxiOS": "Firefox",
    "Firefox": "Firefox",
    "CriOS": "Chrome",
    "Chromium": "Chromium",
    "HeadlessChrome": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
"""The first one that is named counts: most name those that they descend from as well."""

SYSTEMS = {
    "iPhone": gettext_lazy("an iPhone"),
    "iPad": gettext_lazy("an iPad"),
    "Android": gettext_lazy("Android"),
    "Windows": gettext_lazy("Windows"),
    "CrOS": gettext_lazy("ChromeOS"),
    "Mac OS X": gettext_lazy("a Mac"),
    "Linux": gettext_lazy("Linux"),
}


def as_said(user_agent: object) -> str:
    """A browser's own word as it is kept: it may hold anything, and what could not be stored or shown is dropped."""
    return "".join(filter(str.isprintable, user_agent))[:MOST] if isinstance(user_agent, str) else ""


def device(user_agent: str) -> str:
    """ "Firefox on Windows", in the active language; empty where nothing is recognised."""
    browser = next((name for token, name in BROWSERS.items() if f"{token}/" in user_agent), "")
    system = next((str(name) for token, name in SYSTEMS.items() if token in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or (_("A browser on %(system)s") % {"system": system} if system else "")
