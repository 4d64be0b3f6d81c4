"""`hooks/action/`: the tenant's Action tells of a change, signed."""

from __future__ import annotations

import time

from django.http import HttpRequest

from ..conf import conf
from ..services.pushes import take_report
from .base import Receiver
from .records import report_from
from .signatures import check_signature


class ActionView(Receiver):
    """The body is read, and verified as it came, before anything is made of it."""

    def is_open(self) -> bool:
        return bool(conf.ACTION_SECRET)

    def take(self, request: HttpRequest) -> None:
        body = self.body_of(request)
        check_signature(request.headers, body, conf.ACTION_SECRET, now=time.time())
        report = report_from(body, {domain.host for domain in conf.domains})
        if report:
            take_report(report)
