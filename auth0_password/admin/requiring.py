"""Requiring a new password: the page that shows the rehearsal, and confirms exactly that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..conf import conf
from ..exceptions import RehearsalGoneError
from ..models import CampaignStatus, Reason, ResetCampaign, ResetRequirement, Status, Tell
from ..services import confirm, rehearse_reset
from ..services.campaigns import amend, includes, leaves_no_superuser
from .asking import SHOWN, few_enough
from .people import need_permission, security, visible_users, write_log

PERMISSION = "require_reset"
SECONDS = 20.0
"""So long one press of the button works; the next goes on."""

SKIPPED = {
    "elsewhere": gettext_lazy("The password lives with another provider."),
    "local": gettext_lazy("No identity at Auth0, only a password of this site."),
    "inactive": gettext_lazy("The account is not active."),
    "superuser": gettext_lazy("Only a superuser may require this of a superuser."),
}


class RequireForm(forms.Form):
    """What is asked, and how it is said."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why"),
        choices=[(value, words) for value, words in Reason.choices if value != Reason.TENANT],
        initial=Reason.ADMINISTRATOR,
        help_text=gettext_lazy("It decides what the page says, and which ways there are: after a breach, a mail."),
    )
    message = forms.CharField(
        label=gettext_lazy("Message"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Shown to the users, with your name."),
    )
    enforce_from = forms.DateTimeField(
        label=gettext_lazy("From when"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("Until then only their account page reminds them, and they can go on. Empty: at once."),
    )
    tell = forms.ChoiceField(label=gettext_lazy("How they learn of it"), widget=forms.RadioSelect, initial=Tell.NONE)
    understood = forms.BooleanField(label=gettext_lazy("I know, and want it so"))

    def __init__(self, *args: Any, warned: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways: Any = self.fields["tell"]
        ways.choices = [(value, words) for value, words in Tell.choices if value != Tell.MAIL or conf.SITE_URL]
        if not warned:
            del self.fields["understood"]

    def clean_enforce_from(self) -> datetime | None:
        moment: datetime | None = self.cleaned_data["enforce_from"]
        if moment is not None and moment <= timezone.now():
            raise forms.ValidationError(_("That has passed. Leave it empty for “at once”."))
        return moment


def start(site: AdminSite, request: HttpRequest, users: Any) -> HttpResponse | None:
    """What choosing the action leads to: a rehearsal of exactly those who are selected, and its page."""
    chosen = few_enough(request, users)
    if chosen is None:
        return None
    campaign = rehearse_reset(chosen, reason=Reason.ADMINISTRATOR, by=request.user)  # type: ignore[arg-type]
    return HttpResponseRedirect(page_of(site, campaign, request.get_full_path()))


def page_of(site: AdminSite, campaign: ResetCampaign, back: str) -> str:
    url = reverse(f"{site.name}:auth0_password_resetcampaign_confirm", args=[campaign.uuid])
    return f"{url}?{urlencode({'back': back})}"


def page(site: AdminSite, request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show one's own rehearsal, or confirm it."""
    need_permission(request, PERMISSION)
    campaign = get_object_or_404(ResetCampaign, uuid=uuid)
    back = back_of(site, request)
    if campaign.by_id != request.user.pk:
        security.warning("user %s may not confirm campaign %s", request.user.pk, campaign.pk)
        return gone(request, back)
    if campaign.status not in {CampaignStatus.DRAFT, CampaignStatus.RUNNING}:
        return gone(request, back)
    warnings, going_on = list(warnings_about(campaign, request)), campaign.status == CampaignStatus.RUNNING
    form = RequireForm(request.POST or None, warned=bool(warnings)) if not going_on else None
    if request.method == "POST" and (form is None or form.is_valid()):
        return go_on(site, request, campaign, form, back)
    shown = {"form": form, "warnings": warnings, "back": back, **rehearsed(campaign)}
    about = {"title": _("Require a new password"), "opts": ResetCampaign._meta}
    template = "admin/auth0_password/require.html"
    return TemplateResponse(request, template, {**site.each_context(request), **about, **shown})


def go_on(
    site: AdminSite, request: HttpRequest, campaign: ResetCampaign, form: forms.Form | None, back: str
) -> HttpResponse:
    """Confirm as many as one request may take; leads back to the list, or to the page that goes on."""
    if form is not None:
        said = {name: form.cleaned_data[name] for name in ("reason", "message", "enforce_from", "tell")}
        amend(campaign, **said, by=request.user)
    hidden = campaign.requirements.exclude(user__in=visible_users(site, request).values("pk"))
    hidden.filter(status=Status.DRAFT).delete()  # no longer for this member of staff to decide
    drafts = dict(campaign.requirements.filter(status=Status.DRAFT).values_list("pk", "user_id"))
    ends_at = monotonic() + SECONDS
    try:
        confirm(campaign, by=request.user, enough=lambda: monotonic() > ends_at)  # type: ignore[arg-type]
    except RehearsalGoneError:
        return gone(request, back)
    say(request, campaign, set(drafts))
    if campaign.status == CampaignStatus.RUNNING:
        return HttpResponseRedirect(page_of(site, campaign, back))
    return HttpResponseRedirect(back)


def say(request: HttpRequest, campaign: ResetCampaign, tried: set[int]) -> None:
    """Write down of whom it was required just now, and say how many they are."""
    rows = [row for row in campaign.requirements.open().select_related("user") if row.pk in tried]
    write_log(request.user, [row.user for row in rows], f"new password required ({campaign.reason})")
    if rows:
        text = ngettext(
            "%(count)d user must choose a new password.", "%(count)d users must choose a new password.", len(rows)
        )
        messages.success(request, text % {"count": len(rows)})
    for group in skipped(campaign):
        text = ngettext("%(count)d user was skipped.", "%(count)d users were skipped.", group["count"])
        messages.warning(request, f"{text % {'count': group['count']}} {group['why']}")


def warnings_about(campaign: ResetCampaign, request: HttpRequest) -> Iterator[str]:
    if includes(campaign, request.user):  # type: ignore[arg-type]  # staff is signed in
        yield _("You are one of them: you will have to choose a new password before your next page.")
    if leaves_no_superuser(campaign):
        yield _("All superusers are among them: if Auth0 is down, only somebody on the server can put that right.")


def rehearsed(campaign: ResetCampaign) -> dict[str, Any]:
    """What the page shows of it."""
    drafts = campaign.requirements.filter(status=Status.DRAFT)
    count, done = drafts.count(), campaign.requirements.filter(status=Status.OPEN).count()
    return {
        "count": count,
        "done": done,
        "total": count + done,
        "names": names(drafts),
        "more": max(0, count - SHOWN),
        "skipped": skipped(campaign),
    }


def skipped(campaign: ResetCampaign) -> list[dict[str, Any]]:
    """Who was left out, by the reason."""
    rows = ResetRequirement.objects.filter(campaign=campaign).skipped()
    groups = rows.order_by("skip_reason").values_list("skip_reason").annotate(count=Count("pk"))
    return [
        {
            "why": SKIPPED[why],
            "count": count,
            "names": names(rows.filter(skip_reason=why)),
            "more": max(0, count - SHOWN),
        }
        for why, count in groups
    ]


def names(rows: Any) -> list[str]:
    return [str(row.user) for row in rows.select_related("user").order_by("pk")[:SHOWN]]


def gone(request: HttpRequest, back: str) -> HttpResponse:
    messages.error(request, _("There is nothing to confirm any more. Nothing was changed: select the users again."))
    return HttpResponseRedirect(back)


def back_of(site: AdminSite, request: HttpRequest) -> str:
    """Where the list was that the users were selected from: a page of this site."""
    back = request.GET.get("back", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return back
    return reverse(f"{site.name}:auth0_password_passwordstate_changelist")
