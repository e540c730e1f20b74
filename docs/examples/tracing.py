"""Makes a span of each request, through the methods that OpenTelemetry's tracers and spans have."""

import contextlib
import contextvars
import sys
import time
from collections.abc import Callable, Generator, Mapping
from typing import Protocol

from cassandra_pv_archiver import ArchiveClient, ClientEvent

Attributes = Mapping[str, str | int]


class Span(Protocol):
    def end(self, end_time: int | None = None) -> None: ...


class Tracer(Protocol):
    def start_span(self, name: str, *, attributes: Attributes, start_time: int | None = None) -> Span: ...


def spans_of(tracer: Tracer) -> Callable[[ClientEvent], None]:
    """Makes an `on_event` callable. For `tracer` take `opentelemetry.trace.get_tracer("archiver")`."""

    def on_event(event: ClientEvent) -> None:
        if event.kind != "request":
            return
        found = {
            "archiver.server": event.server,
            "archiver.channel": event.channel,
            "archiver.attempt": event.attempt,
            "archiver.samples": event.samples,
            "http.response.status_code": event.status,
            "http.response.body.size": event.bytes,
            "error.message": event.failure,
        }
        attributes = {name: value for name, value in found.items() if value is not None}
        end = time.time_ns()
        start = end - int(event.seconds * 1e9)
        tracer.start_span(event.operation, attributes=attributes, start_time=start).end(end)

    return on_event


# What follows stands in for OpenTelemetry: a tracer that prints, and knows the span that it is called in.
current: contextvars.ContextVar[str] = contextvars.ContextVar("current", default="nothing")


class PrintingTracer:
    def start_span(self, name: str, *, attributes: Attributes, start_time: int | None = None) -> Span:
        return PrintedSpan(f"{name} within {current.get()}: {dict(attributes)}", start_time or time.time_ns())


class PrintedSpan:
    def __init__(self, text: str, start: int) -> None:
        self.text, self.start = text, start

    def end(self, end_time: int | None = None) -> None:
        print(f"{self.text}, {((end_time or time.time_ns()) - self.start) / 1e6:.1f} ms")


@contextlib.contextmanager
def span(name: str) -> Generator[None]:
    token = current.set(name)
    yield
    current.reset(token)


with ArchiveClient(base_url=sys.argv[2], on_event=spans_of(PrintingTracer())) as archive, span("nightly report"):
    archive.get_samples("RING:CURRENT", "-5min", "now")
