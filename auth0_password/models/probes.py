"""What was found out about the tenant by trying it (`auth0_doctor --probe`)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProbeAnswer(models.Model):
    """The newest answer to one question about one tenant. `question` is a question's name, not its words."""

    class Answer(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no")
        UNKNOWN = "unknown", _("could not tell")

    domain = models.CharField(max_length=255)
    question = models.CharField(max_length=64)
    answer = models.CharField(max_length=8, choices=Answer)
    detail = models.CharField(max_length=1000, blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer of the tenant")
        verbose_name_plural = _("answers of the tenant")
        constraints = [models.UniqueConstraint(fields=["domain", "question"], name="auth0_pw_one_answer")]

    def __str__(self) -> str:
        return f"{self.question}: {self.answer}"
