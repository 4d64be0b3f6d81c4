"""Whatever auth0-python, HTTP or the network raise, as one of ours. Their texts hold answers: none is carried over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from django.utils import timezone

from ..exceptions import (
    GatewayError,
    GatewayRefusedError,
    GatewayUnavailableError,
    ThrottledError,
    UnexpectedAnswerError,
    UnknownOutcomeError,
    UnknownUserError,
)
from .limits import retry_at_of

BY_STATUS: dict[int, type[GatewayError]] = {
    401: GatewayRefusedError,
    403: GatewayRefusedError,
    408: GatewayUnavailableError,
    429: ThrottledError,
}


@dataclass(frozen=True, kw_only=True)
class Call:
    """A kind of call. `changes`: where its answer is lost, something may have happened at Auth0 all the same.
    `about_a_user`: a 404 of the Management API says that there is no such user."""

    name: str
    changes: bool = False
    about_a_user: bool = False

    def lost(self, why: str, status: int | None = None) -> GatewayError:
        """No answer that can be used came back, and the request may have been carried out."""
        kind = UnknownOutcomeError if self.changes else GatewayUnavailableError
        return kind(f"{self.name}: {why}", status=status)

    def not_understood(self, why: str, status: int | None = None) -> GatewayError:
        """Auth0 said that it did something, in words that are not documented."""
        kind = UnknownOutcomeError if self.changes else UnexpectedAnswerError
        return kind(f"{self.name}: {why}", status=status)

    def answered(self, status: int, headers: Mapping[str, str], body: object) -> GatewayError:
        """Our error for an answer that is not a success, or not JSON."""
        words = f"Auth0 answered with status {status}"
        if status < HTTPStatus.MULTIPLE_CHOICES:
            return self.not_understood(words, status)
        unknown_user = self.about_a_user and status == HTTPStatus.NOT_FOUND and is_from_the_management_api(body)
        kind = UnknownUserError if unknown_user else BY_STATUS.get(status, UnexpectedAnswerError)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            kind = type(self.lost(words))
        may_retry = issubclass(kind, GatewayUnavailableError)
        retry_at = retry_at_of(status, headers, timezone.now()) if may_retry else None
        return kind(f"{self.name}: {words}", status=status, retry_at=retry_at)


def is_from_the_management_api(body: object) -> bool:
    """Whether an error has that API's envelope: a 404 of anything else on the way says nothing about a user."""
    return isinstance(body, dict) and body.get("statusCode") == HTTPStatus.NOT_FOUND


def afresh(error: GatewayError) -> GatewayError:
    """The same error as a new object: without the frames it came through, whose variables an error page would show."""
    return type(error)(str(error), status=error.status, retry_at=error.retry_at)


@contextmanager
def translated(call: Call) -> Iterator[None]:
    """Make one call and read its answer inside; whatever is raised comes out as a `GatewayError`."""
    import httpcore  # noqa: PLC0415 - the SDK and its client are loaded by the first call, not by every process
    from auth0.management.core.api_error import ApiError  # noqa: PLC0415

    try:
        yield
    except GatewayError as error:
        read_in_vain = isinstance(error, UnexpectedAnswerError) and error.status is None
        raise (call.not_understood(str(error)) if read_in_vain else afresh(error)) from None
    except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout, httpcore.ProxyError) as error:
        raise GatewayUnavailableError(f"{call.name}: {type(error).__name__}") from None
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise call.lost(type(error).__name__) from None
    except ApiError as error:
        raise call.answered(error.status_code or 0, error.headers or {}, error.body) from None
    except Exception as error:  # noqa: BLE001 - the SDK leaks AttributeError, ValueError, its ParsingError and more
        raise call.not_understood(type(error).__name__) from None
