"""Every exception of both halves of auth0-python, as one of ours. Its own texts hold answers: none is carried over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from ..exceptions import (
    GatewayError,
    GatewayRefusedError,
    GatewayUnavailableError,
    UnexpectedAnswerError,
    UnknownUserError,
)

BY_STATUS: dict[int, type[GatewayError]] = {
    401: GatewayRefusedError,
    403: GatewayRefusedError,
    404: UnknownUserError,
    408: GatewayUnavailableError,
    429: GatewayUnavailableError,
}


def error_for_status(status: int | None, call: str) -> GatewayError:
    """Our error for an HTTP status; 5xx is "not now", anything else unknown is "not understood"."""
    server_error = status is not None and status >= HTTPStatus.INTERNAL_SERVER_ERROR
    kind = GatewayUnavailableError if server_error else BY_STATUS.get(status or 0, UnexpectedAnswerError)
    return kind(f"{call}: Auth0 answered with status {status}", status=status)


@contextmanager
def translated(call: str) -> Iterator[None]:
    """Run one SDK call named `call`; whatever it raises comes out as a `GatewayError`."""
    import httpx  # noqa: PLC0415 - the SDK and its client are loaded by the first call, not by every process
    import requests  # noqa: PLC0415
    from auth0.authentication.exceptions import Auth0Error  # noqa: PLC0415
    from auth0.management.core.api_error import ApiError  # noqa: PLC0415

    try:
        yield
    except GatewayError:
        raise
    except (httpx.TransportError, requests.RequestException) as error:
        raise GatewayUnavailableError(f"{call}: {type(error).__name__}") from None
    except (Auth0Error, ApiError) as error:
        raise error_for_status(error.status_code, call) from None
    except Exception as error:  # noqa: BLE001 - the SDK leaks AttributeError, ValueError, its ParsingError and more
        raise UnexpectedAnswerError(f"{call}: {type(error).__name__}") from None
