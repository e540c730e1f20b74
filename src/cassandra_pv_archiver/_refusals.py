"""Error replies, turned into exceptions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser

from .errors import (
    BadRequestError,
    NotAuthorizedError,
    NotFoundError,
    RedirectError,
    RefusedError,
    ServerFailedError,
    UnavailableError,
)

_LONGEST_REASON = 500
_CLASSES: dict[int, type[RefusedError]] = {
    400: BadRequestError,
    401: NotAuthorizedError,
    403: NotAuthorizedError,
    404: NotFoundError,
    503: UnavailableError,
}


class _ErrorPage(HTMLParser):
    """Finds the title and the paragraph that begins with a bold "Message" (section 1.2)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.message = ""
        self._element = ""
        self._in_message = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- given by the base class
        self._element = tag
        if tag == "p":
            self._in_message = False

    def handle_endtag(self, tag: str) -> None:
        self._element = ""
        if tag == "p":
            self._in_message = False

    def handle_data(self, data: str) -> None:
        if self._element == "title":
            self.title += data
        elif self._element == "b":
            self._in_message = data.strip().lower() == "message"
        elif self._in_message:
            self.message += data


def _from_page(text: str) -> str:
    page = _ErrorPage()
    page.feed(text)
    page.close()
    return page.message.strip() or page.title.strip()


def _from_json(text: str) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    message = value.get("errorMessage") if isinstance(value, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] -- any JSON object may come
    return message if isinstance(message, str) else ""


def reason(headers: Mapping[str, str], body: bytes) -> str:
    """The reason that an error reply gives, or an empty string."""
    content_type = headers.get("content-type", "").lower()
    text = body.decode("utf-8", errors="replace")
    found = ""
    if "json" in content_type:
        found = _from_json(text)
    elif "html" in content_type:
        found = _from_page(text)
    elif content_type.startswith("text/plain"):
        found = text.strip()
    found = " ".join(found.split())
    return found if len(found) <= _LONGEST_REASON else found[:_LONGEST_REASON] + "…"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    until, now = _date(value), _date(headers.get("date", ""))
    # Both dates are the server's, so its clock may be wrong.
    return max((until - now).total_seconds(), 0.0) if until is not None and now is not None else None


def _date(text: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None else None


def _hint(status: int, credentials_sent: bool) -> str:
    if status == 401:
        return " A reverse proxy in front of the server wants credentials." if not credentials_sent else ""
    if status == 403 and credentials_sent:
        return (
            " Credentials were sent: they are wrong or not those of an administrator, or the server cannot read "
            "its user store because its database is down."
        )
    if status == 403:
        return " No credentials were sent: this function needs those of an administrator (username=, password=)."
    return ""


def refusal(
    about: str, status: int, headers: Mapping[str, str], body: bytes, *, credentials_sent: bool
) -> RefusedError:
    """Makes the exception for an error reply.

    Args:
        about: What was asked of which server; begins the message.
        status: The status of the reply.
        headers: Its headers, names in lower case.
        body: As much of its body as was read.
        credentials_sent: Whether user name and password went with the request.
    """
    if 300 <= status < 400:
        location = headers.get("location")
        location = None if location is None else re.sub(r"//[^/@]*@", "//", location)
        pointed = f"pointed to {location}" if location else "did not say where to"
        return RedirectError(
            status,
            f"{about}: status {status}: redirects are not followed; this one {pointed}. "
            "Give the right address as base_url.",
            location,
        )
    cls = _CLASSES.get(status, ServerFailedError if status >= 500 else RefusedError)
    said = reason(headers, body)
    message = f"{about}: status {status}" + (f": {said}" if said else "")
    message += "" if message.endswith(".") else "."
    return cls(
        status,
        message + _hint(status, credentials_sent),
        retry_after=_retry_after(headers),
    )
