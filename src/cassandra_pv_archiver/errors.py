"""Everything the clients raise, as one tree.

    ArchiverError
    +-- ConnectionFailedError      never reached (a write was certainly not executed); also a ConnectionError
    +-- RequestTimeoutError        reached, but no answer in time; also a TimeoutError
    +-- InterruptedReplyError      the reply broke off; also a ConnectionError
    |   +-- IncompleteReplyError   a read of samples that could not be completed; .received, .reached
    +-- InvalidReplyError          a reply that is not what the specification says; .where, .excerpt
    +-- RefusedError               the server said no; .status, .message
    |   +-- BadRequestError        400
    |   +-- NotAuthorizedError     401, 403
    |   +-- NotFoundError          404
    |   +-- UnavailableError       503
    |   +-- ServerFailedError      any other 5xx
    |   +-- RedirectError          3xx; .location
    +-- CommandsFailedError        raised on request by CommandResults.raise_for_failures(); .failures
    +-- SeveralReadsFailedError    of several channels: .series of those that were read, .failures of the others
    +-- CancelledReadError         a read that was cancelled; .received
    +-- DatasetError               a dataset that is not there, cannot be read, or is of another kind
    +-- InvalidConfigurationError  a configuration that breaks rules; .problems; also a ValueError
    +-- PlanOutdatedError          the cluster is not what a plan was made for; .differences
    +-- PlanInterruptedError       a plan was applied only in part, because of an error; .report
    +-- PlanFailedError            raised on request by ApplyReport.raise_for_failures(); .report
    +-- MissingExtraError          an optional library is not installed; also an ImportError
    +-- SettingsError              a profile, the environment or a source of passwords; also a ValueError

Errors that carry command results or series are defined beside them; the package exports them all.
Invalid arguments are a ``ValueError`` or ``TypeError`` and are raised before anything is sent.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "ArchiverError",
    "BadRequestError",
    "ConnectionFailedError",
    "InterruptedReplyError",
    "InvalidReplyError",
    "MissingExtraError",
    "NotAuthorizedError",
    "NotFoundError",
    "RedirectError",
    "RefusedError",
    "RequestTimeoutError",
    "ServerFailedError",
    "SettingsError",
    "UnavailableError",
]


def _rebuild(cls: type[ArchiverError], args: tuple[Any, ...], state: dict[str, Any]) -> ArchiverError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class ArchiverError(Exception):
    """The base of all errors of this package.

    Attributes:
        message: What happened, in one or two sentences, without any secret.
    """

    message: str

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message

    # OSError's own way of pickling would call the constructors of the subclasses with the message alone.
    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, dict(self.__dict__))


class ConnectionFailedError(ArchiverError, ConnectionError):
    """No connection could be made, so the server never saw the request.

    A write that fails with this error was certainly not executed.
    """


class RequestTimeoutError(ArchiverError, TimeoutError):
    """The server was reached, but did not answer within the time limit or the deadline.

    A write that fails with this error may or may not have been executed.

    Attributes:
        deadline_passed: Whether the ``deadline`` of the whole call has passed, not the time limit of one request.
    """

    deadline_passed: bool

    def __init__(self, message: str, *, deadline_passed: bool = False) -> None:
        super().__init__(message)
        self.deadline_passed = deadline_passed


class InterruptedReplyError(ArchiverError, ConnectionError):
    """The connection broke, or the body ended, before the reply was whole.

    A write that fails with this error may or may not have been executed.
    """


class InvalidReplyError(ArchiverError):
    """A reply that is not what the specification says, for example from something else on the port.

    Attributes:
        where: The place in the reply: the JSON path of the first offending member, or the byte position.
        excerpt: The first bytes of the reply, or of the offending part.
    """

    where: str
    excerpt: bytes

    def __init__(self, message: str, where: str = "", excerpt: bytes = b"") -> None:
        super().__init__(message)
        self.where = where
        self.excerpt = excerpt


class RefusedError(ArchiverError):
    """The server answered with an error status.

    Attributes:
        status: The HTTP status code.
        message: What was asked and what the server gave as the reason, taken from JSON or from its HTML page.
        retry_after: Seconds after which the server (or a proxy) asked to be tried again, or None.
    """

    status: int
    retry_after: float | None

    def __init__(self, status: int, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class BadRequestError(RefusedError):
    """Status 400: the server could not make sense of the request."""


class NotAuthorizedError(RefusedError):
    """Status 401 or 403: credentials are missing or wrong, or cannot be checked.

    The server answers 403 also if it cannot read its user store because its database is down.
    """


class NotFoundError(RefusedError):
    """Status 404: there is no such channel, server or archive."""


class UnavailableError(RefusedError):
    """Status 503: the server cannot answer at present, for example because its database is down."""


class ServerFailedError(RefusedError):
    """Any other 5xx status: the server failed while it handled the request."""


class RedirectError(RefusedError):
    """A 3xx status. Redirects are never followed.

    Attributes:
        location: Where the redirect pointed, or None if it did not say.
    """

    location: str | None

    def __init__(self, status: int, message: str, location: str | None = None) -> None:
        super().__init__(status, message)
        self.location = location


class MissingExtraError(ArchiverError, ImportError):
    """A function needs an optional library that is not installed.

    Attributes:
        library: The name of the missing library.
        extra: The extra of this package that brings it.
    """

    library: str
    extra: str

    def __init__(self, library: str, extra: str) -> None:
        command = f"pip install 'cassandra-pv-archiver-client[{extra}]'"
        super().__init__(f"{library} is not installed. Install it with: {command}")
        self.library = library
        self.extra = extra


class SettingsError(ArchiverError, ValueError):
    """A setting that cannot be used, or a password that cannot be had.

    Attributes:
        message: The file and the member, the variable of the environment or the option, and what is wrong with it.
    """
