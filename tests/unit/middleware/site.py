"""A small site for the middleware: closed, public and open views of every kind, and middleware of its own."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.template import Context, Template
from django.urls import include, path
from django.utils.functional import SimpleLazyObject
from django.views.generic import TemplateView

from auth0_password.decorators import password_reset_exempt

CANARY = "canary-7391"
LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"
BACKENDS = ["auth0_password.backends.Auth0PasswordBackend", "django.contrib.auth.backends.ModelBackend"]


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


CLOSED = [
    "/closed/",
    "/closed-async/",
    "/closed-class/",
    "/public-user/",
    "/public-async/",
    "/public-template/",
    "/swallows/",
]
