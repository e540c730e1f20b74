"""How commands fail: what happened, what to do about it, and the exit status."""

from __future__ import annotations

import errno
import re
from enum import IntEnum

from cassandra_pv_archiver import errors

_OF_WRITING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
"""What the system says when it cannot take what is written."""


class Status(IntEnum):
    """The exit statuses of all commands."""

    OK = 0
    PARTIAL = 1
    """Something failed while the rest went well, or the server or the user said no."""
    USAGE = 2
    """The command line, a setting or a file that was given cannot be used."""
    UNREACHABLE = 3
    """A service cannot be reached, does not answer, or is not available at present."""
    NOT_AUTHORISED = 4
    """User name and password are missing, wrong, or not those of an administrator."""
    DIFFERENCE = 10
    """A difference was found, by commands that look for one."""
    INTERRUPTED = 130
    """Ctrl-C."""


class Failure(Exception):  # noqa: N818 -- the end of a command, not an error in the program
    """Ends a command with two lines on stderr. Raise it ``from`` its cause, which ``--verbose`` shows.

    Attributes:
        what: What happened, in one sentence.
        advice: What to do about it, in one sentence; empty if there is nothing.
        status: The exit status.
    """

    def __init__(self, what: str, advice: str = "", status: Status = Status.PARTIAL) -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice
        self.status = status


def usage(what: str, advice: str = "") -> Failure:
    """The failure for something that was written wrongly."""
    return Failure(what, advice, Status.USAGE)


def explain(error: BaseException) -> Failure:
    """The failure that tells of an error; a `Failure` is its own.

    Errors that nobody expected say so and point to ``--debug``.
    """
    if isinstance(error, Failure):
        return error
    if isinstance(error, errors.ArchiverError):
        return _of_archiver(error)
    if isinstance(error, ValueError):
        return Failure(*_split(str(error)), Status.USAGE)
    if isinstance(error, OSError) and error.strerror:
        if error.filename is None and error.errno in _OF_WRITING:
            return Failure(f"What was to be printed cannot be written: {error.strerror}.", "Check where it goes to.")
        return Failure(
            f"{error.filename or 'A file'}: {error.strerror}.", "Check the path, its permissions, and space."
        )
    if isinstance(error, MemoryError):
        return Failure("There is not enough memory.", "Ask for a shorter time range or fewer samples.")
    return Failure(
        f"cpva failed unexpectedly: {type(error).__name__}: {error}",
        "Run it again with --debug, and report what it shows.",
    )


def _of_archiver(error: errors.ArchiverError) -> Failure:
    match error:
        case errors.SettingsError():
            return Failure(*_split(error.message), Status.USAGE)
        case errors.MissingExtraError():
            return Failure(*_split(error.message))
        case errors.NotAuthorizedError():
            advice = "Check --username and the password (CPVA_PASSWORD, password_from of the profile, or the prompt)."
            return Failure(error.message, advice, Status.NOT_AUTHORISED)
        case errors.UnavailableError():
            return Failure(error.message, "Try again later; cpva status shows what is wrong.", Status.UNREACHABLE)
        case errors.NotFoundError():
            return Failure(error.message, "Look for names with: cpva search '*PART*'")
        case errors.RedirectError():
            what = error.message.removesuffix(" Give the right address as base_url.")  # for scripts
            return Failure(what, "Give the address that it points to, with --admin-url or --archive-url.")
        case errors.BadRequestError():
            return Failure(error.message, "Correct what the server complains of.", Status.USAGE)
        case errors.RefusedError():
            return Failure(error.message, "The log of the server may say more.")
        case errors.InvalidReplyError():
            return Failure(
                error.message, "Check that the address is that of the right service: cpva doctor", Status.UNREACHABLE
            )
        case errors.ConnectionFailedError():
            return Failure(error.message, "Check the address and the network: cpva doctor", Status.UNREACHABLE)
        case errors.RequestTimeoutError():
            return Failure(error.message, "Wait longer with --timeout SECONDS, or ask for less.", Status.UNREACHABLE)
        case errors.InterruptedReplyError() if type(error) is errors.InterruptedReplyError:
            return Failure(error.message, "Try again; cpva doctor checks the services.", Status.UNREACHABLE)
        case _:
            return Failure(error.message)


_ADVICE = re.compile(r"(?:[.:;] |\n)(?=(?:write|give|use|set|see|store|install|did you mean|chmod)\b)", re.IGNORECASE)


def _split(message: str) -> tuple[str, str]:
    """Parts a message of the package, which says what to do in its last sentence, into the two lines."""
    what, *rest = _ADVICE.split(message, 1)
    advice = "".join(rest)
    return f"{what.rstrip('.')}.", advice if advice.startswith("chmod") else advice[:1].upper() + advice[1:]
