"""The page between an action and what it does: about exactly those users that were selected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core import signing
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import PasswordState
from .acts import ACTS, say
from .people import need_permission, note_refused, security, touchable, visible_users

SALT = "auth0_password.admin.selection"
GOOD_FOR = 3600
"""Seconds that a question can be left open."""

MOST = 5000
"""More users at once are for the commands."""

SHOWN = 20


class NoteForm(forms.Form):
    """Why somebody is let back in without a new password."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept with the record."),
    )


@dataclass(frozen=True)
class Selection:
    """Users whom a page asks about, as it carries them: signed, so that what is confirmed is what was shown."""

    act: str
    keys: list[str]
    back: str

    def signed(self, request: HttpRequest) -> str:
        data = {"act": self.act, "by": str(request.user.pk), "keys": self.keys, "back": self.back}
        return signing.dumps(data, salt=SALT, compress=True)

    @classmethod
    def of(cls, request: HttpRequest, act: str) -> Self:
        """The one that was posted. Raises `BadRequest` for one that we did not make for this person and act."""
        try:
            data = signing.loads(request.POST.get("selection", ""), salt=SALT, max_age=GOOD_FOR)
        except signing.BadSignature:
            data = {}
        if (data.get("act"), data.get("by")) != (act, str(request.user.pk)):
            security.warning("user %s posted a selection that was not made for them", request.user.pk)
            raise BadRequest("This page was open for too long: select the users again.")
        return cls(act=act, keys=data["keys"], back=data["back"])


def start(site: AdminSite, request: HttpRequest, users: Any, name: str) -> HttpResponse | None:
    """What choosing the action leads to: the question, unless there is nobody to ask it about."""
    chosen = few_enough(request, users)
    if chosen is None:
        return None
    able, unable = touchable(chosen, request)
    note_refused(request, ACTS[name].permission, unable)
    say(request, Counter(superuser=len(unable)))
    if not able:
        return None
    selection = Selection(act=name, keys=[str(user.pk) for user in able], back=request.get_full_path())
    return question(site, request, selection, able, NoteForm() if ACTS[name].wants_note else None)


def question(
    site: AdminSite, request: HttpRequest, selection: Selection, users: Sequence[Any], form: forms.Form | None
) -> HttpResponse:
    act = ACTS[selection.act]
    context = {
        **site.each_context(request),
        "title": act.title,
        "opts": PasswordState._meta,
        "act": act,
        "url": reverse(f"{site.name}:auth0_password_passwordstate_act", args=[selection.act]),
        "form": form,
        "selection": selection.signed(request),
        "back": selection.back,
        "count": len(users),
        "names": [str(user) for user in users[:SHOWN]],
        "more": max(0, len(users) - SHOWN),
    }
    return TemplateResponse(request, "admin/auth0_password/question.html", context)


def answer(site: AdminSite, request: HttpRequest, name: str) -> HttpResponse:
    """The question was answered: do it to those of them who are still there for this member of staff."""
    if name not in ACTS:
        raise Http404
    act = ACTS[name]
    need_permission(request, act.permission)
    selection = Selection.of(request, name)
    users = [user for page in pages(selection.keys) for user in visible_users(site, request).filter(pk__in=page)]
    able, unable = touchable(users, request)
    note_refused(request, act.permission, unable)
    form = NoteForm(request.POST) if act.wants_note else None
    if form is not None and not form.is_valid():
        return question(site, request, selection, able, form)
    note = form.cleaned_data["note"] if form else ""
    say(request, Counter(superuser=len(unable)) + act.do(able, request.user, note))
    return HttpResponseRedirect(selection.back)


def few_enough(request: HttpRequest, users: Any) -> list[Any] | None:
    """The selected users, with their states; None (and a message) where there are too many for one page."""
    found = list(users.select_related("password_state")[: MOST + 1])
    if len(found) <= MOST:
        return found
    messages.error(request, _("That is more than %(most)d users: select fewer, or use the commands.") % {"most": MOST})
    return None


def pages(keys: Sequence[str]) -> list[Sequence[str]]:
    """In pieces that any database takes as parameters."""
    return [keys[start : start + 500] for start in range(0, len(keys), 500)]
