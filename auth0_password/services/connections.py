"""What the site's database connection says of itself: its password rules, and whether it mails links."""

from __future__ import annotations

import logging
import time
from weakref import WeakKeyDictionary

from ..conf import conf
from ..exceptions import GatewayError
from ..gateway import ConnectionOptions, Gateway, get_gateway

ASK_AGAIN_AFTER = 60.0
"""Seconds after a failure. Pages only get a little better by the answer; they must not wait for it again and again."""

logger = logging.getLogger("auth0_password")
_failed: WeakKeyDictionary[Gateway, float] = WeakKeyDictionary()
"""When each gateway (they change with the settings) last failed to read it."""


def connection_options() -> ConnectionOptions:
    """What is known of `CONNECTION`; of one that cannot be read nothing is. Raises nothing of Auth0's."""
    name, gateway = conf.CONNECTION, get_gateway()
    if gateway in _failed and time.monotonic() < _failed[gateway] + ASK_AGAIN_AFTER:
        return ConnectionOptions(name=name)
    try:
        return gateway.read_connection(name)
    except GatewayError as error:
        logger.info("the connection's options are not known: %s", error)
        _failed[gateway] = time.monotonic()
        return ConnectionOptions(name=name)
