"""Things that are good for once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class UsedToken(models.Model):
    """`key` is a hash of the kind and the value: the row says only that it was used, never what it was."""

    key = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("used token")
        verbose_name_plural = _("used tokens")

    def __str__(self) -> str:
        return self.key[:8]
