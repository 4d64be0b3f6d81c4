"""Where the site is mounted and which addresses it uses: blocked all the same, and never in circles."""

from __future__ import annotations

import pytest
from django.conf.locale import LANG_INFO
from django.urls import set_script_prefix

from tests.surroundings.conftest import put_before
from tests.surroundings.site import BEGUN, CANARY

PREFIX = "/library"


def mounted(visitor, settings, prefix):
    """The site below a prefix, as its server (or the setting) says. Returns what turns an address into a request."""
    set_script_prefix(f"{prefix}/")
    if visitor.kind == "asgi":
        settings.FORCE_SCRIPT_NAME = prefix  # the test client's scope has no root_path
        return lambda url: (url, {})
    return lambda url: (url.removeprefix(prefix), {"SCRIPT_NAME": prefix})


@pytest.mark.parametrize("prefix", ["/library", "/account", "/static", "/account/login", "/account/required"])
def test_below_a_prefix(flagged, settings, prefix):
    """Also below one that reads like an open page of ours."""
    at = mounted(flagged, settings, prefix)
    url, more = at(f"{prefix}/page/?a=1")
    answer = flagged.open(url, **more)
    assert (answer.status_code, CANARY in flagged.body(answer)) == (303, False)
    assert answer["Location"].startswith(f"{prefix}/account/required/?next={prefix}/page/")
    url, more = at(answer["Location"])
    way_out = flagged.open(url, **more)
    assert way_out.status_code == 200
    assert f'action="{prefix}/account/' in flagged.body(way_out)
    assert BEGUN == []


def test_below_a_forced_prefix(flagged, settings):
    settings.FORCE_SCRIPT_NAME = PREFIX
    set_script_prefix(f"{PREFIX}/")
    start = f"{PREFIX}/page/" if flagged.kind == "asgi" else "/page/"
    answer = flagged.open(start)
    assert (answer.status_code, answer["Location"]) == (303, f"{PREFIX}/account/required/?next={PREFIX}/page/")


@pytest.mark.parametrize("language", ["en-gb", "de", "ar"])
def test_in_every_language(flagged, settings, language):
    settings.MIDDLEWARE = put_before(
        settings.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware", "django.middleware.common.CommonMiddleware"
    )
    settings.LANGUAGES = [(code, LANG_INFO.get(code, LANG_INFO["en"])["name"]) for code in ("en-gb", "de", "ar")]
    flagged.is_held_back(f"/{language}/translated/")
    flagged.is_held_back("/page/", headers={"accept-language": language})


def test_at_another_host_with_addresses_of_its_own(flagged, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.surroundings.site.another_urlconf"]
    for url in ("/page/", "/other-page/"):
        answer = flagged.is_held_back(url, headers={"x-tenant": "other"})
        assert answer["Location"] == f"/mine/required/?next={url}"
    assert flagged.is_held_back("/page/")["Location"] == "/account/required/?next=/page/"


def test_an_address_that_only_the_other_host_has_is_not_found_here(flagged, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.surroundings.site.another_urlconf"]
    assert flagged.open("/other-page/").status_code == 404


@pytest.mark.parametrize("header", ["x-original-url", "x-rewrite-url", "referer", "x-forwarded-prefix"])
def test_headers_that_name_an_open_page_change_nothing(flagged, header):
    flagged.is_held_back("/page/", headers={header: "/account/required/"})
    flagged.is_held_back("/page/", headers={"x-http-method-override": "OPTIONS"})
