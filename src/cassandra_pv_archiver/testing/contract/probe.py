"""What a check has in its hands: it asks, compares, and notes what deviates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .findings import Finding, NotApplicableError, StopCheckError, pointer_to, shortened
from .json_text import deviations, read
from .schemas import Service, schema_problems, told
from .session import Session, code_units
from .wire import Credentials, Reply
from .writing import Writer


class Probe:
    """One check at work.

    Args:
        session: The cluster.
        writer: What may change it; None if nothing may.
    """

    def __init__(self, session: Session, writer: Writer | None = None) -> None:
        self.session: Session = session
        self._writer = writer
        self.findings: list[Finding] = []

    @property
    def writer(self) -> Writer:
        """What may change the cluster."""
        if self._writer is None:
            raise NotApplicableError("nothing may be changed without --write-prefix")
        return self._writer

    # Asking

    def send(
        self,
        service: Service,
        method: str,
        target: str,
        *,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        credentials: Credentials | None = None,
        largest: int | None = None,
    ) -> Reply:
        """Sends a request."""
        options: dict[str, Any] = {} if largest is None else {"largest": largest}
        reply = self.session.wire.send(
            service, method, target, headers=headers, body=body, credentials=credentials, **options
        )
        return self.session.see(reply)

    def admin(self, target: str, **options: Any) -> Reply:
        """Reads from the administrative service."""
        return self.send("admin", "GET", target, **options)

    def archive(self, target: str, **options: Any) -> Reply:
        """Reads from the archive-access service."""
        return self.send("archive", "GET", target, **options)

    # Comparing

    def finding(self, reply: Reply, pointer: str, expected: str, section: str, found: str) -> None:
        """Notes that a reply deviates."""
        self.findings.append(
            Finding(request=reply.request, pointer=pointer, expected=expected, section=section, found=shortened(found))
        )

    def stop(self, reply: Reply, pointer: str, expected: str, section: str, found: str) -> StopCheckError:
        """Notes that a reply deviates so that the check cannot go on."""
        self.finding(reply, pointer, expected, section, found)
        return StopCheckError()

    def json(self, reply: Reply, operation: str, section: str, *, status: int = 200, compact: bool = True) -> Any:
        """Checks a JSON reply, against its schema too, and gives its body."""
        asked: Service = "archive" if "/archive-access/" in reply.request else "admin"
        if reply.status != status:
            self._check_outage(reply, section)
            raise self.stop(reply, "", f"status {status}", section, _outline(reply))
        body = self.parsed(reply)
        if compact:
            for expected, found in dict.fromkeys(deviations(reply.body)):
                self.finding(reply, "", expected, "1.1", found)
        problems = schema_problems(asked, operation, status, body)
        for problem in problems:
            self.finding(reply, problem.pointer, problem.expected, section, problem.found)
        if not all(problem.unknown_member for problem in problems):
            raise StopCheckError
        return body

    def background(self, reply: Reply, operation: str) -> Any:
        """The body of a JSON reply that another check looks at.

        Raises:
            NotApplicableError: It is not what it should be.
        """
        service: Service = "archive" if "/archive-access/" in reply.request else "admin"
        try:
            body = read(reply.body) if reply.status == 200 else None
        except ValueError:
            body = None
        problems = [] if body is None else schema_problems(service, operation, 200, body)
        if body is None or not all(problem.unknown_member for problem in problems):
            raise NotApplicableError(f"the reply to {reply.request} is not what it should be; see the check of it")
        return body

    def parsed(self, reply: Reply) -> Any:
        """The body as JSON, whose content type must say so."""
        content_type = reply.headers.get("Content-Type", "")
        if content_type.replace(" ", "").lower() != "application/json;charset=utf-8":
            wanted = "Content-Type application/json;charset=UTF-8"
            self.finding(reply, "", wanted, "1.1", f"Content-Type {content_type}" if content_type else _outline(reply))
        try:
            return read(reply.body)
        except ValueError as error:
            raise self.stop(reply, "", "JSON", "1.1", f"{error}: {_start(reply)}") from error

    def _check_outage(self, reply: Reply, section: str) -> None:
        """Lets a check end if the server cannot tell anything about channels at present (sections 2.7 and 5.4)."""
        if reply.status != 503 or not reply.request.startswith("GET "):
            return
        if self.send("admin", "GET", "/channels/all").status == 503:
            (self.page if "/archive-access/" in reply.request else self.empty)(reply, 503, section)
            raise NotApplicableError("the server says that it cannot tell at present (status 503)")

    def empty(self, reply: Reply, status: int, section: str) -> None:
        """Checks a reply without a body."""
        if reply.status != status:
            self._check_outage(reply, section)
            raise self.stop(reply, "", f"status {status} without a body", section, _outline(reply))
        if reply.body or (reply.media_type and not reply.is_proxied):
            self.finding(
                reply, "", f"status {status} without a body and without a Content-Type", "1.2", _outline(reply)
            )

    def page(self, reply: Reply, status: int, section: str) -> None:
        """Checks an error that is an HTML page."""
        if reply.status != status:
            self._check_outage(reply, section)
            raise self.stop(reply, "", f"status {status} with an HTML page", section, _outline(reply))
        if reply.media_type != "text/html" or not reply.body:
            self.finding(reply, "", f"status {status} with an HTML page", "1.2", _outline(reply))

    def equal(self, reply: Reply, pointer: str, found: Any, expected: Any, section: str) -> None:
        """Checks a value at a place."""
        if type(found) is not type(expected) or found != expected:
            self.finding(reply, pointer, told(expected), section, told(found))

    def ascending(
        self,
        reply: Reply,
        names: Sequence[str],
        section: str,
        pointer: Callable[[int], str],
        *,
        keys: Iterable[Callable[[str], Any]] = (code_units,),
        order: str = "in code-unit order, each once",
    ) -> None:
        """Checks that names ascend in one of several orders."""
        wrong = [_first_disorder(names, key) for key in keys]
        if wrong and all(index is not None for index in wrong):
            index = next(index for index in wrong if index is not None)
            found = f"{told(names[index])} after {told(names[index - 1])}"
            self.finding(reply, pointer(index), order, section, found)


def element(*parts: str | int) -> Callable[[int], str]:
    """Makes pointers to a member of the elements of a list; ``-1`` stands for the position."""
    return lambda index: pointer_to(*(index if part == -1 else part for part in parts))


def _first_disorder(names: Sequence[str], key: Callable[[str], Any]) -> int | None:
    keys = list(map(key, names))
    return next((index for index in range(1, len(keys)) if keys[index - 1] >= keys[index]), None)


def _outline(reply: Reply) -> str:
    if not reply.body:
        return f"status {reply.status} without a body" + (
            f", Content-Type {reply.media_type}" if reply.media_type else ""
        )
    return f"status {reply.status} with {len(reply.body)} bytes of {reply.media_type or 'unnamed type'}"


def _start(reply: Reply) -> str:
    return shortened(reply.body[:200].decode("utf-8", "replace"))
