"""The decision, with Django's own test client: sync views, async views, every method, every kind of client."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.db.backends.utils import CursorWrapper
from django.http import HttpResponse
from django.template import Context, Template
from django.urls import include, path
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.generic import TemplateView

from auth0_password.decorators import password_reset_exempt
from auth0_password.services import require_reset
from auth0_password.services.changes import end_sessions_before
from auth0_password.services.records import transact
from auth0_password.services.sessions import note_change

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
CANARY = "canary-7391"


def closed(request):
    return HttpResponse(CANARY)


async def closed_async(request):
    return HttpResponse(CANARY)


@login_not_required
def public_without_user(request):
    return HttpResponse(CANARY)


@login_not_required
def public_with_user(request):
    return HttpResponse(f"{CANARY} {request.user.is_authenticated}")


@login_not_required
async def public_async(request):
    user = await request.auser()
    return HttpResponse(f"{CANARY} {user.is_authenticated}")


@login_not_required
def public_in_a_template(request):
    return HttpResponse(Template("{{ request.user.username }} canary-7391").render(Context({"request": request})))


@login_not_required
def swallows(request):
    try:
        return HttpResponse(f"{CANARY} {request.user.pk}")
    except Exception:  # noqa: BLE001 - as a framework would
        return HttpResponse(CANARY, status=403)


@login_not_required
def public_type(request):
    str(request.user)
    return HttpResponse(type(request.user._wrapped).__name__)


def by_header(get_response):
    """Another way to be somebody: a lazy user from a header."""

    def middleware(request):
        if name := request.headers.get("x-user"):
            request.user = SimpleLazyObject(lambda: get_user_model().objects.get(username=name))
        return get_response(request)

    return middleware


def fallback(get_response):
    """Answers what no view does, for members (as flatpages do)."""

    def middleware(request):
        response = get_response(request)
        return HttpResponse(CANARY) if response.status_code == 404 else response

    return middleware


def insert(middleware, name):
    place = middleware.index("auth0_password.middleware.PasswordResetMiddleware")
    return [*middleware[:place], name, *middleware[place:]]


@password_reset_exempt
def help_page(request):
    return HttpResponse(f"help for {request.user}")


class Closed(TemplateView):
    template_name = "demo/loans.html"


urlpatterns = [
    path("closed/", closed, name="named"),
    path("closed-async/", closed_async),
    path("closed-class/", Closed.as_view()),
    path("public/", public_without_user),
    path("public-user/", public_with_user),
    path("public-type/", public_type),
    path("public-async/", public_async),
    path("public-template/", public_in_a_template),
    path("swallows/", swallows),
    path("help/", help_page),
    path("static/<path:rest>", closed),
    path("", include("demo_site.urls")),
]


LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"


@pytest.fixture(autouse=True)
def nobody_else_looks(settings):
    """Without Django's `LoginRequiredMiddleware`, which loads the user on every page itself."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != LOGIN_REQUIRED]


@pytest.fixture
def flagged(bob, grace, client):
    """Bob, signed in, who must choose a new password."""
    client.force_login(bob)
    require_reset(bob, reason="administrator", by=grace)
    return client


CLOSED = [
    "/closed/",
    "/closed-async/",
    "/closed-class/",
    "/public-user/",
    "/public-async/",
    "/public-template/",
    "/swallows/",
]


@pytest.mark.parametrize("url", CLOSED)
def test_a_blocked_user_is_led_to_the_way_out(flagged, url):
    answer = flagged.get(url, {"a": "1 2"})
    assert (answer.status_code, answer.url) == (303, f"/account/required/?next={url}%3Fa%3D1%2B2")
    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "HEAD"])
def test_with_every_method(flagged, method):
    answer = flagged.generic(method, "/closed/")
    assert answer.status_code == 303
    assert CANARY not in answer.content.decode()


@pytest.mark.parametrize(
    "url", ["/static/account/login/", "/closed/?next=/account/required/", "/closed/?/account/check/", "/static/help/"]
)
def test_exempt_words_in_the_address_change_nothing(flagged, url):
    assert flagged.get(url).status_code == 303


def test_programs_get_a_problem_document(flagged):
    answer = flagged.get("/closed/", headers={"accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    body = answer.json()
    assert body["code"] == "password_reset_required"
    assert body["reason"] == "administrator"
    assert body["change_url"] == "http://testserver/account/required/"
    assert {"type", "title", "status", "detail", "required_at"} <= body.keys()


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-mode": "cors"}, {"x-requested-with": "XMLHttpRequest"}, {"accept": "application/json, */*"}],
)
def test_scripts_are_not_redirected(flagged, headers):
    assert flagged.get("/closed/", headers=headers).status_code == 403


def test_htmx_is_told_where_to_go(flagged):
    answer = flagged.get("/closed/", headers={"hx-request": "true"})
    assert answer["HX-Redirect"] == "/account/required/"
    assert answer.content == b""


def test_what_stays_open(flagged):
    assert flagged.get("/help/").content == b"help for bob"
    assert flagged.get("/public/").content.decode() == CANARY
    assert flagged.get("/account/required/").status_code == 200


def test_with_login_required_middleware_before_it(flagged, settings):
    place = settings.MIDDLEWARE.index("auth0_password.middleware.PasswordResetMiddleware")
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:place], LOGIN_REQUIRED, *settings.MIDDLEWARE[place:]]
    assert flagged.get("/public/").content.decode() == CANARY
    for url in CLOSED:
        assert flagged.get(url).status_code == 303, url


@pytest.mark.django_db(transaction=True)
async def test_async_by_the_same_rules(flagged, async_client):
    async_client.cookies = flagged.cookies
    for url in CLOSED:
        answer = await async_client.get(url)
        assert (answer.status_code, answer.url) == (303, f"/account/required/?next={url}"), url
    assert (await async_client.get("/public/")).status_code == 200
    answer = await async_client.get("/closed/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "password_reset_required")


BACKENDS = ["auth0_password.backends.Auth0PasswordBackend", "django.contrib.auth.backends.ModelBackend"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("backend", [*BACKENDS, "social_core.backends.auth0.Auth0OAuth2"])
async def test_async_for_whoever_is_not_blocked(bob, async_client, settings, backend):
    settings.AUTHENTICATION_BACKENDS = [*BACKENDS, "social_core.backends.auth0.Auth0OAuth2"]
    await async_client.aforce_login(bob, backend=backend)
    for url in ("/closed/", "/closed-async/", "/public-user/"):
        assert (await async_client.get(url)).status_code == 200, url


@pytest.mark.django_db(transaction=True)
async def test_async_ended(bob, async_client, later):
    await async_client.aforce_login(bob, backend=BACKENDS[0])
    await sync_to_async(transact)(
        bob.pk, lambda state: end_sessions_before(state, later(minutes=1), here=timezone.now())
    )
    assert (await async_client.get("/closed-async/")).url == "/account/login/?next=/closed-async/"
    assert CANARY in (await async_client.get("/public/")).content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("url", "queries"), [("/closed-async/", 2), ("/public-async/", 2), ("/public/", 0)])
async def test_async_costs_no_more_queries(bob, async_client, monkeypatch, url, queries):
    """Counted at the cursor: the request has a connection of its own, in its own thread."""
    await async_client.aforce_login(bob, backend=BACKENDS[0])
    seen, execute = [], CursorWrapper.execute

    def counted(self, sql, params=None):
        seen.append(sql)
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", counted)
    assert (await async_client.get(url)).status_code == 200
    assert len([sql for sql in seen if sql.startswith("SELECT")]) == queries, seen


def test_an_unflagged_user_passes(bob, client):
    client.force_login(bob)
    for url in CLOSED:
        assert client.get(url).status_code == 200, url


def test_before_its_time_the_flag_does_not_block(bob, grace, client, auth0_gateway):
    from datetime import timedelta

    client.force_login(bob)
    require_reset(bob, reason="policy", by=grace, enforce_from=timezone.now() + timedelta(days=1))
    assert client.get("/closed/").status_code == 200


@pytest.mark.parametrize("name", ["named", f"{__name__}.closed"])
def test_views_that_a_setting_opens(flagged, settings, name):
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "EXEMPT_VIEWS": [name]}
    assert flagged.get("/closed/").content.decode() == CANARY
    assert flagged.get("/closed-class/").status_code == 303


def test_at_first_a_site_may_only_look_who_would_be_blocked(flagged, bob, settings, caplog):
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "ENFORCE": "report"}
    caplog.set_level("INFO", logger="auth0_password")
    assert flagged.get("/closed/").content.decode() == CANARY
    assert f"would be blocked: user {bob.pk}" in caplog.text
    assert "bob@example.com" not in caplog.text


class TestOtherDoors:
    def test_a_user_that_another_middleware_sets_lazily(self, flagged, bob, settings):
        settings.MIDDLEWARE = insert(settings.MIDDLEWARE, f"{__name__}.by_header")
        for url in ("/closed/", "/public-user/"):
            assert type(flagged)().get(url, headers={"x-user": bob.username}).status_code == 303

    def test_a_user_who_needs_no_session_outlives_a_change(self, bob, client, settings, auth0_gateway, later):
        settings.MIDDLEWARE = insert(settings.MIDDLEWARE, f"{__name__}.by_header")
        transact(bob.pk, lambda state: end_sessions_before(state, later(minutes=1), here=timezone.now()))
        assert client.get("/closed/", headers={"x-user": bob.username}).content.decode() == CANARY

    def test_an_answer_that_no_view_made(self, flagged, settings):
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.fallback"]
        answer = flagged.get("/nowhere/")
        assert answer.status_code == 303
        assert CANARY not in answer.content.decode()

    def test_a_page_out_of_the_cache(self, bob, grace, client, settings):
        cache = "django.middleware.cache"
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "t"}}
        settings.MIDDLEWARE = [
            f"{cache}.UpdateCacheMiddleware",
            *settings.MIDDLEWARE,
            f"{cache}.FetchFromCacheMiddleware",
        ]
        client.force_login(bob)
        assert client.get("/closed/").content.decode() == CANARY
        require_reset(bob, reason="breach", by=grace)
        assert client.get("/closed/").status_code == 303

    def test_a_blocked_user_cannot_link_one_more_way_in(self, flagged):
        """social-auth's views are open for our backend only."""
        for url in ("/login/other/", "/complete/other/"):
            assert flagged.post(url).status_code in {303, 404}
            assert "required" in flagged.post(url).get("Location", "required")
        assert flagged.post("/login/auth0/").url.startswith("http://127.0.0.1")

    def test_signing_out_of_the_admin_is_open(self, grace, client, auth0_gateway):
        client.force_login(grace)
        require_reset(grace, reason="policy")
        assert client.post("/admin/logout/").url == "/"
        assert SESSION_KEY not in client.session

    def test_the_guard_gives_the_very_object(self, bob, client):
        client.force_login(bob)
        assert client.get("/public-type/").content.decode() == "User"


class TestAnEndedSession:
    @pytest.fixture
    def ended(self, bob, client, auth0_gateway, later):
        client.force_login(bob)
        transact(bob.pk, lambda state: end_sessions_before(state, later(minutes=1), here=timezone.now()))
        return client

    def test_is_signed_out_once_with_words(self, ended):
        answer = ended.get("/closed/")
        assert (answer.status_code, answer.url) == (303, "/account/login/?next=/closed/")
        assert SESSION_KEY not in ended.session
        assert "Your password was changed" in ended.get(answer.url).content.decode()
        assert "Your password was changed" not in ended.get(answer.url).content.decode()

    def test_is_told_also_when_it_had_asked_for_a_change(self, ended):
        session = ended.session
        note_change(session, "/loans/")
        session.save()
        page = ended.get(ended.get("/closed/?a=1").url).content.decode()
        assert "You were signed out here" in page
        assert "/closed/?a=1" in page

    def test_is_nobody_on_public_pages(self, ended):
        assert ended.get("/public-user/").content.decode() == f"{CANARY} False"

    def test_is_ended_on_open_pages_too(self, ended):
        assert ended.get("/account/required/").url.startswith("/account/login/")

    def test_programs_are_told(self, ended):
        answer = ended.get("/closed/", headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")


def test_a_state_that_cannot_be_read_with_the_user(bob, client, monkeypatch):
    """Through our own backend the state comes in the query for the user."""

    def broken(self, user_id):
        raise DatabaseError

    client.force_login(bob, backend="auth0_password.backends.Auth0PasswordBackend")
    monkeypatch.setattr("auth0_password.backends.Auth0PasswordBackend.get_user", broken)
    assert client.get("/closed/").status_code == 503
    assert client.get("/public-user/").status_code == 503
    assert client.get("/public/").status_code == 200


def test_an_unreadable_state_lets_nobody_through(bob, client, monkeypatch):
    client.force_login(bob)

    def broken(user):
        raise DatabaseError

    monkeypatch.setattr("auth0_password.middleware.decision.state_of", broken)
    answer = client.get("/closed/")
    assert answer.status_code == 503
    assert "stays closed" in answer.content.decode()
    assert client.get("/public-user/").status_code == 503
    assert client.get("/closed/", headers={"accept": "application/json"}).json()["status"] == 503


class TestCost:
    """Queries of a request with a session (1), its user (1) and whatever the view does (0)."""

    @pytest.fixture
    def bob_through_auth0(self, bob, client):
        client.force_login(bob, backend="auth0_password.backends.Auth0PasswordBackend")
        return client

    @pytest.mark.parametrize(("url", "queries"), [("/public-user/", 2), ("/closed/", 2), ("/public/", 0)])
    def test_with_a_session(self, bob_through_auth0, django_assert_num_queries, url, queries):
        with django_assert_num_queries(queries):
            assert bob_through_auth0.get(url).status_code == 200

    @pytest.mark.parametrize("url", ["/public-user/", "/public/"])
    def test_without_one(self, client, django_assert_num_queries, url):
        with django_assert_num_queries(0):
            assert client.get(url).status_code == 200

    def test_a_user_of_another_backend_costs_one_more(self, bob, client, django_assert_num_queries):
        client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
        with django_assert_num_queries(3):
            assert client.get("/closed/").status_code == 200
