"""The library's own pages: a public one that introduces the people, and one for readers."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from auth0_password.answers import to_authorize
from auth0_password.conf import conf
from auth0_password.decorators import password_reset_exempt
from auth0_password.services.sign_ins import SignInAsked
from demo_site import rows, seed

WHERE_TO = {
    "bob@example.com": "/loans/?sort=due",
    "dave@example.com": "/loans/",
    "grace@example.com": "/admin/",
}
BOOKS = [
    ("The Dispossessed", "Ursula K. Le Guin", 12),
    ("Beloved", "Toni Morrison", 3),
    ("Ficciones", "J. L. Borges", 20),
]


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """Who can sign in, which story each of them shows, and what the tenant's Actions do."""
    shown = seed.people() if settings.DEMO_LOCAL_TENANT else []
    people = [{**person, "first_name": person["name"].split()[0]} for person in shown]
    context = {"people": people, "rows": rows.ROWS, "tenant_url": conf.DOMAIN.url}
    return render(request, "demo/home.html", context)


def loans(request: HttpRequest) -> HttpResponse:
    """A page for readers only."""
    today = timezone.localdate()
    books = [{"title": title, "author": author, "due": today + timedelta(days=days)} for title, author, days in BOOKS]
    if request.GET.get("sort") == "due":
        books.sort(key=lambda book: str(book["due"]))
    return render(request, "demo/loans.html", {"books": books})


@login_not_required
@password_reset_exempt
@require_POST
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Go to the sign-in page with the address filled in; whoever was signed in here is signed out."""
    email = request.POST.get("email", "")
    person = next((person for person in seed.people() if person["email"] == email), None)
    if person is None or not settings.DEMO_LOCAL_TENANT:
        raise Http404
    logout(request)
    wanted = SignInAsked(
        next=WHERE_TO.get(email, "/account/"),
        prompt="login",
        login_hint=email,
        connection=person["connection"],
    )
    return to_authorize(request, wanted)
