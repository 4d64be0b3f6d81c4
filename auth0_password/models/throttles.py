"""Limits that all processes share without a cache."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Throttle(models.Model):
    """How often something happened in one window of time. `key` is a hash of what and who: no address is stored.

    `window` is the window's start in Unix seconds.
    """

    key = models.CharField(max_length=64)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("throttle")
        verbose_name_plural = _("throttles")
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="auth0_pw_one_per_window")]
        indexes = [models.Index(fields=["window"], name="auth0_pw_window")]

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.count}"
