"""One decision about many users: who asked it of them, why, and how far it got."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .requirements import Reason, Tell


class CampaignStatus(models.TextChoices):
    """How a campaign stands."""

    DRAFT = "draft", _("rehearsed")
    PREPARING = "preparing", _("being prepared")
    RUNNING = "running", _("running")
    PAUSED = "paused", _("paused")
    FINISHED = "finished", _("finished")
    TAKEN_BACK = "taken_back", _("taken back")


class ResetCampaign(models.Model):
    """Its requirements, one per user, say whom it reached. `cursor` is the last key that was handled, as text."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=150, blank=True)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)
    message = models.TextField(_("message"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    by_label = models.CharField(_("asked for by (name)"), max_length=150, blank=True)
    created_at = models.DateTimeField(_("created at"))
    enforce_from = models.DateTimeField(_("blocks from"))
    tell = models.CharField(_("how users are told"), max_length=8, choices=Tell, default=Tell.NONE)
    remind_after = models.DurationField(_("remind after"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=CampaignStatus, default=CampaignStatus.DRAFT)
    cursor = models.CharField(max_length=255, blank=True, editable=False)
    counts = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")

    def __str__(self) -> str:
        return self.name or f"{self.reason}, {self.created_at:%Y-%m-%d %H:%M}"
