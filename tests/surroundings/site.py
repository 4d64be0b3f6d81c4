"""A site with every kind of view that Django knows. Each shows the canary, which a blocked user must never see."""

from __future__ import annotations

from pathlib import Path

import django
from asgiref.sync import iscoroutinefunction
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import RemoteUserMiddleware
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.urls import include, path, re_path
from django.utils.decorators import method_decorator
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject
from django.views import View
from django.views.decorators.cache import cache_page
from django.views.decorators.http import condition
from django.views.decorators.vary import vary_on_cookie
from django.views.generic import TemplateView
from django.views.static import serve

CANARY = "canary-4405"
BEGUN: list[str] = []
"""Which bodies were begun: a stream that is never sent must not be begun either."""


def page(request, **kwargs):
    BEGUN.append("page")
    return HttpResponse(f"{CANARY} {request.path} for {request.user}")


async def async_page(request):
    BEGUN.append("async")
    return HttpResponse(CANARY)


class Page(View):
    def get(self, request):
        BEGUN.append("class")
        return HttpResponse(CANARY)


class AsyncPage(View):
    async def get(self, request):
        BEGUN.append("async class")
        return HttpResponse(CANARY)


def drops():
    BEGUN.append("stream")
    yield CANARY


async def async_drops():
    BEGUN.append("async stream")
    yield CANARY


def stream(request):
    return StreamingHttpResponse(drops())


async def async_stream(request):
    return StreamingHttpResponse(async_drops())


@login_not_required
def stream_about_the_user(request):
    return StreamingHttpResponse(f"{CANARY} {request.user.pk}" for _ in range(1))


def file(request):
    return FileResponse(Path(__file__).open("rb"))


def missing(request):
    raise Http404(CANARY)


def broken(request):
    raise RuntimeError(CANARY)


@condition(etag_func=lambda request: '"v1"')
def tagged(request):
    return HttpResponse(CANARY)


@cache_page(600)
def cached(request):
    return HttpResponse(CANARY)


@login_not_required
@cache_page(600)
@vary_on_cookie
def cached_about_the_user(request):
    return HttpResponse(f"{CANARY} {request.user.pk}")


@login_not_required
def public_about_the_user(request):
    return HttpResponse(f"{CANARY} {request.user.is_authenticated}")


@login_not_required
def public(request):
    return HttpResponse("public")


@login_not_required
def host_login(request):
    """A site's own sign-in, in its own code."""
    user = get_user_model().objects.get(username=request.GET["name"])
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponse("welcome")


@method_decorator(login_not_required, name="dispatch")
class PublicTemplate(TemplateView):
    template_name = "demo/home.html"


def not_found_for_somebody(request, exception):
    """A site's page for what does not exist, in its usual layout: with the name of who is signed in."""
    return HttpResponse(f"{CANARY} {request.user}", status=404)


class ByProxy(RemoteUserMiddleware):
    """A proxy in front names the user, under WSGI and ASGI alike."""

    header = "HTTP_X_PROXY_USER"

    def __init__(self, get_response):
        super().__init__(get_response)
        if iscoroutinefunction(get_response) and django.VERSION < (6, 1):
            self.header = "X_PROXY_USER"  # there Django adds HTTP_ itself


class ByHeader(MiddlewareMixin):
    """A middleware of the site's own, as for tokens or impersonation: it sets the user, lazily or at once."""

    def process_request(self, request):
        name = request.headers.get("x-user")
        if name:
            request.user = SimpleLazyObject(lambda: get_user_model().objects.get(username=name))
        if name and "x-at-once" in request.headers:
            request.user = get_user_model().objects.get(username=name)


def another_urlconf(get_response):
    """A host of its own, as multi-tenant sites have."""

    def middleware(request):
        if request.headers.get("x-tenant"):
            request.urlconf = "tests.surroundings.other_site"
        return get_response(request)

    return middleware


CLOSED = {
    "page": "/page/",
    "async": "/async/",
    "class": "/class/",
    "async class": "/async-class/",
    "stream": "/stream/",
    "async stream": "/async-stream/",
    "file": "/file/",
    "missing": "/missing/",
    "broken": "/broken/",
    "tagged": "/tagged/",
    "cached": "/cached/",
    "public about the user": "/public-user/",
    "static": "/static/site.py",
    "media": "/media/site.py",
    "translated": "/en-gb/translated/",
    "anything": "/anything/account/login/",
}
urlpatterns = [
    path("page/", page),
    path("async/", async_page),
    path("class/", Page.as_view()),
    path("async-class/", AsyncPage.as_view()),
    path("stream/", stream),
    path("async-stream/", async_stream),
    path("stream-user/", stream_about_the_user),
    path("file/", file),
    path("missing/", missing),
    path("broken/", broken),
    path("tagged/", tagged),
    path("cached/", cached),
    path("cached-user/", cached_about_the_user),
    path("public-user/", public_about_the_user),
    path("public/", public),
    path("host-login/", host_login),
    re_path("^(?:static|media)/(?P<path>.*)$", serve, {"document_root": Path(__file__).parent}),
    path("i18n/", include("django.conf.urls.i18n")),
    path("account/", include("auth0_password.urls")),
    path("", include("social_django.urls", namespace="social")),
    path("admin/", admin.site.urls),
    *i18n_patterns(path("translated/", page), prefix_default_language=True),
    path("anything/<path:rest>", page),
]
