"""The tenant's pages without a browser: forms as they are sent, and nowhere else than to the tenant."""

from __future__ import annotations

import pytest

from auth0_password.conf import Domain, parse_domain
from auth0_password.gateway.hosted_pages import HostedPages, Page
from auth0_password.gateway.page_forms import forms_in

UNIVERSAL_LOGIN = """
<form method="POST" action="/u/login?state=s">
  <input type="hidden" name="state" value="s">
  <input type="text" name="username" value="" autofocus>
  <input type="password" name="password">
  <button type="button" name="toggle" value="show">Show</button>
  <button type="submit" name="action" value="default">Continue</button>
  <button type="submit" name="action" value="other">Other</button>
  <input type="checkbox" name="remember" value="yes">
  <input type="hidden" name="gone" value="x" disabled>
</form>
<input type="hidden" name="outside" value="x">
<form method="get" action="/search"><input name="q"></form>
"""


def test_a_form_is_sent_as_a_person_would():
    (form,) = forms_in(UNIVERSAL_LOGIN)
    assert form.filled(email="bob@example.com", password="secret") == {
        "state": "s",
        "username": "bob@example.com",
        "password": "secret",
        "action": "default",
    }
    assert (form.texts, form.passwords) == (["username"], ["password"])


@pytest.mark.parametrize("html", ["", "<form method=post", "<form><input name=a></form>", "<div id=root></div>"])
def test_pages_without_one(html: str):
    assert forms_in(html) == []


def test_another_host_is_told_and_not_visited(tenant):
    """The callback, a page of the site's, or wherever else a tenant may send a browser."""
    pages = HostedPages(parse_domain(tenant.domain))
    tenant.faults(
        [{"path": "^/authorize", "status": 302, "headers": {"Location": "http://127.0.0.1:9/callback?code=c"}}]
    )
    assert pages.open(f"{tenant.base_url}/authorize") == Page("http://127.0.0.1:9/callback?code=c")
    assert pages.open("https://login.example.com/").status == 0


def test_nor_is_the_tenant_without_encryption(tenant):
    """Neither as a redirect nor as a form has it: the password would travel in the clear."""
    pages = HostedPages(Domain(tenant.domain, "https"))
    plain = Page("http://" + tenant.domain + "/u/login", 200)
    (form,) = forms_in('<form method="post" action=""><input type="password" name="password"></form>')
    assert pages.send(plain, form, {"password": "secret"}).status == 0
    assert pages.open(f"{tenant.base_url}/authorize").status == 0
    assert "/u/login" not in [request["path"] for request in tenant.requests()]


def test_it_does_not_go_round_for_ever(tenant):
    pages = HostedPages(parse_domain(tenant.domain))
    tenant.faults([{"path": "^/authorize", "status": 302, "headers": {"Location": "/authorize"}, "times": -1}])
    assert pages.open(f"{tenant.base_url}/authorize").status == 508


def test_what_holds_secrets_does_not_show_them(tenant):
    assert "secret" not in repr(Page("https://example.com/?ticket=secret"))
