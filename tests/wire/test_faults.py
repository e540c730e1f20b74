"""Every fault of the simulator against clients of both colours: a correct result or a documented error, in time.

That nothing is left running or open is checked for every test (``tests/conftest.py``). Here each client has a single
connection, so that one that is not given back would block what follows.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cassandra_pv_archiver as package
from cassandra_pv_archiver import ArchiverError, AsyncAdminClient, AsyncArchiveClient, RetryPolicy, errors
from cassandra_pv_archiver.testing import RunningSimulator, Simulator, SimulatorTransport, faults

from .conftest import SERVER_2

Make = Callable[..., Any]
Outcome = Any
Names = set[str]

RIGHT = "the right result"
PATIENCE, IMPATIENCE = 10.0, 0.4
"""Seconds that the clients under test wait for a byte; the latter where none comes."""
TIME_LIMIT = 15.0
"""Seconds after which an outcome has come too late, on a slow machine as well."""
ENOUGH = 20_000_000
"""Bytes that the clients under test take for a reply or a sample; with the default, some tests would last seconds."""
NUMBER = 3000
TIMES = list(range(1, NUMBER + 1))
QUICK = RetryPolicy(retries=1, first_delay=0.01)

BROKEN = {"InterruptedReplyError"}
NO_JSON = {"InvalidReplyError"}
TOO_LATE = {"RequestTimeoutError"}
INCOMPLETE = {"IncompleteReplyError"}
"""What may come instead of any other error where the rest of a reply with samples could not be got."""

FAULTS: dict[str, tuple[faults.Fault, Names]] = {
    "refused": (faults.Refuse(), BROKEN),
    "reset before headers": (faults.Break(), BROKEN),
    "closed before headers": (faults.Break(how="close"), BROKEN),
    "reset after headers": (faults.Break(0), BROKEN),
    "closed after headers": (faults.Break(0, how="close"), BROKEN),
    "reset in the body": (faults.Break(3), BROKEN),
    "closed in the body": (faults.Break(3, how="close"), BROKEN),
    "short delay": (faults.Delay(before=0.05, between=0.0001, size=1000), {RIGHT}),
    "late": (faults.Delay(before=600), TOO_LATE),
    "stuck in the body": (faults.Delay(between=600), TOO_LATE),
    "500 HTML": (faults.Reply(500), {"ServerFailedError"}),
    "500 JSON": (faults.Reply(500, "json"), {"ServerFailedError"}),
    "500 nothing": (faults.Reply(500, b""), {"ServerFailedError"}),
    "502 HTML": (faults.Reply(502), {"ServerFailedError"}),
    "502 JSON": (faults.Reply(502, "json"), {"ServerFailedError"}),
    "502 nothing": (faults.Reply(502, b""), {"ServerFailedError"}),
    "503 HTML": (faults.Reply(503), {"UnavailableError"}),
    "503 JSON": (faults.Reply(503, "json"), {"UnavailableError"}),
    "503 nothing": (faults.Reply(503, b""), {"UnavailableError"}),
    "504 HTML": (faults.Reply(504), {"ServerFailedError"}),
    "504 JSON": (faults.Reply(504, "json"), {"ServerFailedError"}),
    "504 nothing": (faults.Reply(504, b""), {"ServerFailedError"}),
    "Retry-After": (faults.Reply(503, retry_after="0"), {"UnavailableError"}),
    "429": (faults.Reply(429, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"), {"RefusedError"}),
    "strange Retry-After": (faults.Reply(503, retry_after="soon"), {"UnavailableError"}),
    "nothing": (faults.Reply(200, b""), NO_JSON),
    "204": (faults.Reply(204, b""), NO_JSON),
    "redirect": (faults.Redirect("http://127.0.0.1:1/"), {"RedirectError"}),
    "redirect to nowhere": (faults.Redirect(None, 307), {"RedirectError"}),
    "wrong content type": (faults.ContentType(), NO_JSON),
    "no content type": (faults.ContentType(None), NO_JSON),
    "half of the JSON": (faults.EndEarly(), BROKEN),
    "one byte of JSON": (faults.EndEarly(1), BROKEN),
    "garbage": (faults.Garbage(), NO_JSON),
    "garbage in the body": (faults.Garbage(after=50), NO_JSON),
    "nested brackets": (faults.NestedBrackets(), NO_JSON),
    "open brackets": (faults.NestedBrackets(closed=False), NO_JSON | BROKEN),
    "padding": (faults.Padding(100_000), {RIGHT}),
    "far too much padding": (faults.Padding(), NO_JSON),
    "gzip": (faults.Gzip(), {RIGHT}),
    "gzip with damaged data": (faults.Gzip("data"), BROKEN | NO_JSON),
    "gzip with a wrong checksum": (faults.Gzip("checksum"), BROKEN),
    "half of the gzip": (faults.Gzip("end"), BROKEN),
    "gzip bomb": (faults.GzipBomb(), NO_JSON),
    "gzip bomb within another": (faults.GzipBomb(10**8, layers=2), NO_JSON),
    "a server that dies": (faults.ServerDies(1, after=1), {RIGHT}),
}
"""Faults that can happen to any request, with what becomes of a read that is not repeated."""

SAMPLE_FAULTS: dict[str, tuple[faults.Fault, Names]] = {
    "500 for many samples": (faults.TooManySamples(1000, 500), {RIGHT, "ServerFailedError"}),
    "504 for many samples": (faults.TooManySamples(1000), {RIGHT, "ServerFailedError"}),
    "wrong order": (faults.WrongOrder(), {RIGHT}),
}
"""Faults of replies with samples, likewise."""

SILENT: dict[str, tuple[faults.Fault, list[int] | str, list[int]]] = {
    "empty array": (faults.CutArray(), "IncompleteReplyError", []),
    "cut array": (faults.CutArray(1001), TIMES, TIMES[:1001]),
    "cut after one sample": (faults.CutArray(1), "IncompleteReplyError", TIMES[:1]),
    "failing database": (faults.DatabaseFails(1001), "IncompleteReplyError", TIMES[:1001]),
    "duplicates": (faults.DuplicateSamples(1000), TIMES, TIMES),
}
"""Faults that leave a valid reply, with what becomes of a read, and of one that is not checked.

Only further requests can tell a cut array from a complete one. The empty array comes only for raw samples, as from a
database that is down.
"""

WRITE_OUTCOMES: dict[str, Names] = {
    "a server that dies": {"CommandsFailedError"},
    "500 JSON": {"ServerFailedError", "InvalidReplyError"},
}
"""What becomes of commands, if it is not what becomes of a read."""


@pytest.fixture
def simulator() -> Simulator:
    simulator = Simulator()
    simulator.add_channel("c")
    simulator.add_samples("c", times=TIMES, values=[float(time) for time in TIMES])
    return simulator


@pytest.fixture
def single(colour: str) -> Iterator[dict[str, Any]]:
    """Options with which a client waits for next to nothing and has one connection."""
    # Without TLS, it need not load the authorities to trust.
    options: Any = {"limits": httpx.Limits(max_connections=1, keepalive_expiry=5), "verify": False}
    client = httpx.Client(**options) if colour == "sync" else httpx.AsyncClient(**options)
    yield {"http_client": client, "timeout": PATIENCE, "retry": 0, "largest_reply": ENOUGH, "largest_sample": ENOUGH}
    if isinstance(client, httpx.Client):
        client.close()
    else:
        asyncio.run(client.aclose())


def samples(archive: Any) -> list[int]:
    return archive.get_samples("c", 1, NUMBER).times.tolist()


def outcome_of(call: Callable[[], Any]) -> Outcome:
    """The result of a call, or the name of its error, once it is clear that it did not take too long."""
    began = time.monotonic()
    try:
        result = call()
    except ArchiverError as error:
        result = type(error).__name__
    assert time.monotonic() - began < TIME_LIMIT
    return result


def patience(expected: Names) -> float:
    return IMPATIENCE if expected == TOO_LATE else PATIENCE


def all_faults(kinds: dict[str, tuple[faults.Fault, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("fault", "expected"), kinds.values(), ids=kinds)


# What becomes of one request


@all_faults(FAULTS)
def test_a_read(
    make: Make, simulator: Simulator, running: RunningSimulator, single: Any, fault: faults.Fault, expected: Names
) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, **{**single, "timeout": patience(expected)})
    outcome = outcome_while(simulator, fault, lambda: archive.find_channels_by_pattern("*"))
    assert (RIGHT if outcome == ["c"] else outcome) in expected
    assert archive.find_channels_by_pattern("*") == ["c"]


@all_faults(FAULTS | SAMPLE_FAULTS)
def test_samples(
    make: Make, simulator: Simulator, running: RunningSimulator, single: Any, fault: faults.Fault, expected: Names
) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, **{**single, "timeout": patience(expected)})
    outcome = outcome_while(simulator, fault, lambda: samples(archive))
    assert (RIGHT if outcome == TIMES else outcome) in expected | INCOMPLETE
    assert samples(archive) == TIMES


@pytest.mark.parametrize(("fault", "checked", "unchecked"), SILENT.values(), ids=SILENT)
def test_what_cannot_be_noticed_in_a_reply(
    make: Make,
    simulator: Simulator,
    running: RunningSimulator,
    single: Any,
    fault: faults.Fault,
    checked: list[int] | str,
    unchecked: list[int],
) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, **single)

    def read(check_complete: bool) -> list[int]:
        # Requests with count, which confirm an empty reply, are numbers 2 and 3.
        simulator.faults.add(fault, operation="getSamples", nth=1 if fault == faults.CutArray() else None)
        return archive.get_samples("c", 1, NUMBER, check_complete=check_complete).times.tolist()

    for check_complete, expected in ((True, checked), (False, unchecked)):
        assert outcome_of(lambda: read(check_complete)) == expected  # noqa: B023 -- called at once
        simulator.faults.clear()
        simulator.start_database()
        simulator.advance(20)
    assert samples(archive) == TIMES


@all_faults(FAULTS)
def test_commands(
    make: Make,
    simulator: Simulator,
    running: RunningSimulator,
    single: Any,
    request: pytest.FixtureRequest,
    fault: faults.Fault,
    expected: Names,
) -> None:
    name = request.node.callspec.id.partition("-")[2]
    limits = {**single, "timeout": package.Timeouts(write_reply=patience(expected))}
    admin = make("AdminClient", base_url=running.admin_url, password="admin", **limits)
    commands = package.ArchiveConfigurationCommands()
    for number in range(2):
        commands.add_channel(f"new:{number}", "channel_access", SERVER_2)

    def run() -> Outcome:
        results = admin.run_archive_configuration_commands(commands)
        results.raise_for_failures()
        return RIGHT

    outcome = outcome_while(simulator, fault, run)
    assert outcome in WRITE_OUTCOMES.get(name, expected)
    sent = [received for received in simulator.requests if received.operation == "runArchiveConfigurationCommands"]
    assert len(sent) == 1
    assert admin.list_all_channels()[0].channel_name == "c"


def outcome_while(simulator: Simulator, fault: faults.Fault, call: Callable[[], Any]) -> Outcome:
    """The outcome of a call while each of its requests is spoiled."""
    active = simulator.faults.add(fault)
    outcome = outcome_of(call)
    assert active.struck > 0
    simulator.faults.remove(active)
    return outcome


def test_every_fault_is_tried() -> None:
    tried = {type(fault) for kind in (FAULTS, SAMPLE_FAULTS, SILENT) for fault, *_ in kind.values()}
    kinds = (getattr(faults, name) for name in faults.__all__)
    assert tried == {kind for kind in kinds if isinstance(kind, type) and "__call__" in vars(kind)}


def test_every_error_is_documented() -> None:
    pages = Path(__file__).parents[2] / "docs" / "pages"
    page = (pages / "errors-and-retries.md").read_text()
    expected = [names for _, names in [*FAULTS.values(), *SAMPLE_FAULTS.values()]]
    for name in set[str]().union(*expected, *WRITE_OUTCOMES.values()) - {RIGHT}:
        assert name in page
        assert issubclass(getattr(package, name), ArchiverError)


# What becomes of reads that are repeated


PASSING = BROKEN | TOO_LATE | {"UnavailableError", "RefusedError"}


@all_faults({name: (fault, names) for name, (fault, names) in FAULTS.items() if names <= PASSING})
def test_what_passes_is_survived(
    make: Make, simulator: Simulator, running: RunningSimulator, single: Any, fault: faults.Fault, expected: Names
) -> None:
    options = {**single, "retry": QUICK, "timeout": patience(expected)}
    archive = make("ArchiveClient", base_url=running.archive_url, **options)
    simulator.faults.add(fault, channel="c", times=1)
    assert outcome_of(lambda: samples(archive)) == TIMES
    simulator.faults.add(fault, operation="findChannelsByPattern", times=1)
    assert outcome_of(lambda: archive.find_channels_by_pattern("*")) == ["c"]


def test_a_server_that_is_down_and_comes_back(
    make: Make, simulator: Simulator, running: RunningSimulator, single: Any
) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, **single)
    assert samples(archive) == TIMES
    simulator.stop_server(0)
    assert outcome_of(lambda: samples(archive)) == "ConnectionFailedError"
    simulator.start_server(0)
    assert samples(archive) == TIMES


# Limits


def test_a_slow_drip_ends_with_the_deadline(
    make: Make, simulator: Simulator, running: RunningSimulator, single: Any
) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, **{**single, "deadline": 0.5})
    simulator.faults.add(faults.Delay(between=0.15, size=1))
    for call in (lambda: samples(archive), lambda: archive.find_channels_by_pattern("*")):
        assert outcome_of(call) in TOO_LATE | INCOMPLETE
    simulator.faults.clear()
    assert samples(archive) == TIMES


def test_the_sizes_of_replies_and_samples_are_limited(
    make: Make, simulator: Simulator, running: RunningSimulator, single: Any
) -> None:
    limits = {"largest_reply": 100_000, "largest_sample": 500_000}
    archive = make("ArchiveClient", base_url=running.archive_url, **{**single, **limits})
    simulator.faults.add(faults.Padding(200_000))
    assert outcome_of(lambda: archive.find_channels_by_pattern("*")) in NO_JSON
    assert samples(archive) == TIMES
    simulator.faults.add(faults.Padding(500_000))
    assert outcome_of(lambda: samples(archive)) in NO_JSON
    larger = archive.with_options(largest_reply=1_000_000, largest_sample=1_000_000)
    assert samples(larger) == TIMES
    assert larger.find_channels_by_pattern("*") == ["c"]


# Databases and servers


def test_a_database_that_is_down(make: Make, simulator: Simulator, running: RunningSimulator, single: Any) -> None:
    """The course of section 5.5, as clients see it."""
    archive = make("ArchiveClient", base_url=running.archive_url, **single)
    admin = make("AdminClient", base_url=running.admin_url, password="admin", **single)
    simulator.stop_database()
    assert outcome_of(lambda: samples(archive)) == "ServerFailedError"
    assert outcome_of(lambda: archive.get_samples("c", 1, NUMBER, 10)) == "ServerFailedError"
    assert outcome_of(lambda: admin.run_archive_configuration_commands([])) == "NotAuthorizedError"
    assert admin.list_all_channels()[0].channel_name == "c"
    simulator.advance(20)
    assert outcome_of(lambda: samples(archive)) == "UnavailableError"
    assert outcome_of(lambda: archive.find_channels_by_pattern("*")) == "UnavailableError"
    assert outcome_of(admin.list_all_channels) == "UnavailableError"
    simulator.start_database()
    simulator.advance(20)
    assert samples(archive) == TIMES
    assert admin.run_archive_configuration_commands([]) == []


def test_commands_of_a_server_that_dies_have_an_unknown_outcome(
    make: Make, simulator: Simulator, running: RunningSimulator, single: Any
) -> None:
    """Section 3.6."""
    admin = make("AdminClient", base_url=running.admin_url, password="admin", **single)
    commands = package.ArchiveConfigurationCommands()
    for number in range(3):
        commands.add_channel(f"new:{number}", "channel_access", SERVER_2)
    simulator.faults.add(faults.ServerDies(1, after=2))
    results = admin.run_archive_configuration_commands(commands)
    assert [result.outcome for result in results] == ["unknown"] * 3
    simulator.advance(20)
    assert [channel.channel_name for channel in admin.list_all_channels()] == ["c"]
    assert [channel.channel_name for channel in admin.list_channels_for_server(SERVER_2)] == ["new:0", "new:1"]


# Combinations

BODIES = ["html", "json", b"", b"[", b'{"a":', b"\xff"]
BLINDING = (faults.CutArray, faults.GzipBomb)
"""Faults that can make all replies look as if there were no samples; a reply that has one is never believed so."""
ANY_FAULT = st.one_of(
    st.builds(faults.Refuse),
    st.builds(faults.Break, st.none() | st.integers(0, 50_000), how=st.sampled_from(["reset", "close"])),
    st.builds(faults.Delay, st.floats(0, 9), st.floats(0, 9), st.integers(1000, 99_999)),
    st.builds(faults.Reply, st.sampled_from([200, 204, 404, 429, 500, 503]), st.sampled_from(BODIES)),
    st.builds(faults.Redirect, st.none() | st.just("/")),
    st.builds(faults.ContentType, st.none() | st.just("text/plain")),
    st.builds(faults.EndEarly, st.none() | st.integers(0, 50_000)),
    st.builds(faults.Garbage, st.integers(0, 50_000), st.integers(1, 5000)),
    st.builds(faults.NestedBrackets, st.sampled_from([2, 3000, 100_000]), st.booleans()),
    st.builds(faults.Padding, st.integers(1, 200_000)),
    st.builds(faults.Gzip, st.sampled_from([None, "data", "checksum", "end"])),
    st.builds(faults.GzipBomb, st.integers(0, 10**6), st.integers(1, 3)),
    st.builds(faults.CutArray, st.integers(0, 30)),
    st.builds(faults.WrongOrder),
    st.builds(faults.DuplicateSamples, st.integers(1, 30)),
    st.builds(faults.TooManySamples, st.integers(0, 300)),
    st.builds(faults.DatabaseFails, st.integers(0, 30)),
    st.builds(faults.ServerDies, st.integers(0, 1), st.integers(0, 3)),
)
SPOILED = st.lists(st.tuples(ANY_FAULT, st.none() | st.integers(1, 4)), min_size=1, max_size=4)
Spoiled = list[tuple[faults.Fault, int | None]]
FEW = list(range(1, 101))


def outcome_of_combined(spoiled: Spoiled, service: Any, call: Callable[[httpx.AsyncClient], Any]) -> Outcome:
    simulator = Simulator(real_time=False)
    simulator.add_channel("c", samples=len(FEW))
    for fault, nth in spoiled:
        simulator.faults.add(fault, nth=nth)

    async def called() -> Outcome:
        async with httpx.AsyncClient(transport=SimulatorTransport(simulator, service), verify=False) as inner:
            return await call(inner)

    return outcome_of(lambda: asyncio.run(called()))


@pytest.mark.one_interpreter
@given(SPOILED, st.integers(0, 2))
def test_samples_whatever_is_combined(spoiled: Spoiled, retries: int) -> None:
    """All samples or a documented error, unless a fault is among them that leaves a valid reply."""

    async def read(inner: httpx.AsyncClient) -> list[int]:
        retry = RetryPolicy(retries, first_delay=0.001)
        client = AsyncArchiveClient("host", http_client=inner, retry=retry, timeout=20)
        return (await client.get_samples("c", 1, len(FEW))).times.tolist()

    outcome = outcome_of_combined(spoiled, "archive", read)
    if isinstance(outcome, str):
        assert outcome in package.__all__
    elif outcome != FEW:
        assert any(isinstance(fault, BLINDING) for fault, _ in spoiled)
        assert outcome == []


@pytest.mark.one_interpreter
@given(SPOILED)
def test_a_write_whatever_is_combined(spoiled: Spoiled) -> None:
    """It is not repeated, unless no connection could be made."""
    commands = package.ArchiveConfigurationCommands()
    commands.add_channel("new", "channel_access", SERVER_2)

    async def run(inner: httpx.AsyncClient) -> str:
        retry = RetryPolicy(3, first_delay=0.001)
        client = AsyncAdminClient("host", http_client=inner, password="admin", retry=retry, timeout=20)
        (result,) = await client.run_archive_configuration_commands(commands)
        assert result.command == commands[0]
        assert "already exists" not in (result.error_message or "")
        return RIGHT

    outcome = outcome_of_combined(spoiled, "admin", run)
    assert outcome == RIGHT or outcome in errors.__all__
