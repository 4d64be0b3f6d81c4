"""`hooks/logs/`: the tenant's log stream. It signs nothing: its `Authorization` value is all it proves itself with."""

from __future__ import annotations

import hmac
import logging

from django.http import HttpRequest

from ..conf import conf
from ..exceptions import NotGenuineError
from ..services.pushes import take_records
from .base import Receiver
from .records import batch_from

logger = logging.getLogger("auth0_password")


class LogsView(Receiver):
    """What does not matter is acknowledged, and what cannot be read among good records is left: Auth0 would send the
    whole batch again, and after a week stop the stream."""

    longest = 1024 * 1024  # how many records Auth0 puts into one is not documented

    def is_open(self) -> bool:
        return bool(conf.LOG_STREAM_TOKEN)

    def take(self, request: HttpRequest) -> None:
        given = request.headers.get("authorization", "").encode("utf-8", "surrogatepass")
        fits = [hmac.compare_digest(token.encode(), given) for token in conf.LOG_STREAM_TOKEN]
        if not any(fits):
            raise NotGenuineError("authorization")
        batch = batch_from(self.body_of(request))
        if batch.broken:
            logger.warning("%d records of the log stream cannot be read", batch.broken)
        if batch.broken and not batch.records and not batch.others:
            raise NotGenuineError("body")
        take_records(batch.records)
