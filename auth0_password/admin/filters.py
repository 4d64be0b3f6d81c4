"""How the list of states can be narrowed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import CampaignStatus, ResetCampaign, ResetRequirement, Status

NEWEST = 20


class StandingFilter(admin.SimpleListFilter):
    """Who must choose a new password, and of those who is held back now."""

    title = _("new password")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("required", _("must choose one")),
            ("blocks", _("must, and is held back now")),
            ("grace", _("must, and has time left")),
            ("clear", _("need not")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        narrowed = {
            "required": Q(needs_reset=True),
            "blocks": Q(needs_reset=True, enforce_from__lte=now),
            "grace": Q(needs_reset=True, enforce_from__gt=now),
            "clear": Q(needs_reset=False),
        }
        return queryset.filter(narrowed.get(self.value() or "", Q()))


class CampaignFilter(admin.SimpleListFilter):
    """Whom one of the newest campaigns asked."""

    title = _("campaign")
    parameter_name = "campaign"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        newest = ResetCampaign.objects.exclude(status=CampaignStatus.DRAFT).order_by("-created_at")[:NEWEST]
        return [(str(campaign.uuid), str(campaign)) for campaign in newest]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None or chosen not in {key for key, _name in self.lookup_choices}:
            return queryset
        asked = ResetRequirement.objects.filter(user_id=OuterRef("pk"), campaign__uuid=chosen)
        return queryset.filter(Exists(asked.exclude(status__in=[Status.DRAFT, Status.SKIPPED])))
