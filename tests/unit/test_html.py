"""What notebooks show of series, lists of channels and statuses."""

from __future__ import annotations

import dataclasses
import math
import re
import time
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver import AdminClient, ChannelsOfServer, Severity
from cassandra_pv_archiver.models import ChannelSummary, ClusterStatus, ServerStatus
from cassandra_pv_archiver.series import SampleQuery, SampleSeries
from cassandra_pv_archiver.testing import SimulatedServer, Simulator
from cassandra_pv_archiver.testing.scenes import demo_scene
from tests.unit.sample_replies import QUERY, compact, decoded, lists_of_samples
from tests.unit.test_series import NUMERIC, START, STATES, aggregate, marker, sample, series_of

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'&amp;</title></svg></div>",
    "\x00\x1b\u202e\ud800\N{GRINNING FACE}",
    "<!--",
    "]]>",
]


def shown(thing: Any) -> ET.Element:
    """The HTML, which must be XML, too, load nothing, and run nothing."""
    text: str = thing._repr_html_()
    element = ET.fromstring(text.encode())
    for part in element.iter():
        assert part.tag.removeprefix(SVG) in {
            *("div", "strong", "bdi", "span", "table", "thead", "tbody", "tr", "th", "td"),
            *("svg", "path", "rect", "text", "title"),
        }
        assert not [name for name in part.attrib if name.startswith("on") or name in {"href", "src"}]
        assert "url(" not in part.get("style", "")
    return element


def text_of(element: ET.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def drawing(series: SampleSeries) -> ET.Element:
    found = shown(series).find(f".//{SVG}svg")
    assert found is not None
    return found


def path(series: SampleSeries) -> str:
    """The line of the curve."""
    (line,) = (each for each in drawing(series).iter(f"{SVG}path") if each.get("stroke-linejoin"))
    return line.attrib["d"]


def points(series: SampleSeries) -> list[tuple[float, float]]:
    """Where the line goes, with x and y, also where it is only drawn across or up and down."""
    found: list[tuple[float, float]] = []
    for letter, arguments in re.findall(r"([MLHV])([-\d.,]+)", path(series)):
        numbers = [float(number) for number in arguments.split(",")]
        x, y = found[-1] if found else (math.nan, math.nan)
        found.append({"H": lambda n, y=y: (n[0], y), "V": lambda n, x=x: (x, n[0])}.get(letter, tuple)(numbers))
    return found


def rectangles(series: SampleSeries, title: str) -> list[tuple[float, float]]:
    """From where to where rectangles of this meaning reach."""
    found = [each for each in drawing(series).iter(f"{SVG}rect") if text_of(each) == title]
    return [(float(each.attrib["x"]), float(each.attrib["x"]) + float(each.attrib["width"])) for each in found]


def across(second: float) -> float:
    """Where this second of the query's minute is drawn."""
    left, right = 90, 632
    return left + second / 60 * (right - left)


# -- series --


@given(lists_of_samples(), st.integers(0, 3))
def test_every_series_is_shown(samples: list[dict[str, Any]], count: int) -> None:
    series = decoded(compact(samples))
    asked = SampleSeries(dataclasses.replace(series.query, count=count), series._columns)
    text = text_of(shown(asked))
    assert f"{len(series):,} sample" in text
    assert ("count=" in text) == (count > 0)
    for element in shown(asked).iter(f"{SVG}path"):
        numbers = [float(number) for number in re.findall(r"[-\d.]+", element.attrib["d"])]
        assert all(0 <= number <= 640 for number in numbers), element.attrib["d"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_labels_and_units_are_only_text(name: str) -> None:
    meta_data = {"metaData": {**NUMERIC, "units": name.replace("\ud800", "")}}
    query = dataclasses.replace(QUERY, channel_name=name)
    label = name.replace("\ud800", "")
    for one in (
        {**sample(0, "double", 1.0), **meta_data},
        {**sample(0, "enum", 0), "metaData": {**STATES, "states": [label]}},
        sample(0, "string", label, status=label, level="MAJOR"),
    ):
        series = SampleSeries(query, series_of(one)._columns)
        text = "".join(shown(series).itertext())
        if name.isprintable():
            assert name in text


def test_text_around_a_curve() -> None:
    series = series_of(sample(0, "double", 1.5), marker(1), aggregate(2, 2.0, 1.0, 3.0))
    assert text_of(shown(series)).startswith(
        "a channel 3 samples of double, minMaxDouble, in mA, markers: 1, decimated no value"
    )
    assert text_of(shown(series)).endswith("asked for 2023-11-14 22:13:20 to 2023-11-14 22:14:20 UTC")
    decimated = SampleSeries(dataclasses.replace(QUERY, count=40), series._columns)
    assert text_of(shown(decimated)).endswith("UTC, count=40 (a sample each 1.5 s)")


def test_numbers_are_connected_and_hold_until_the_end() -> None:
    series = series_of(sample(0, "double", 1.0), sample(30, "double", 3.0), sample(45, "double", 2.0))
    assert points(series) == [
        (across(0), 106),
        (across(30), 12),
        (pytest.approx(across(45), abs=0.1), 59),
        (across(60), 59),
    ]
    assert "1 3" in text_of(drawing(series))
    assert drawing(series).attrib["role"] == "img"
    assert drawing(series).attrib["aria-label"].startswith("The values of a channel from 2023-11-14 22:13:20 to ")


def test_integers_and_states_are_steps_with_labels() -> None:
    for kind in ("long", "enum"):
        series = series_of(sample(0, kind, 1), sample(30, kind, 0))
        assert points(series) == [(across(0), 12), (across(30), 12), (across(30), 106), (across(60), 106)]
    assert [each.text for each in drawing(series).iter(f"{SVG}text")][:2] == ["off", "on"]
    many = {**STATES, "states": [f"state {number}" for number in range(9)]}
    series = series_of(*({**sample(number, "enum", number), "metaData": many} for number in range(9)))
    assert [each.text for each in drawing(series).iter(f"{SVG}text")][:2] == ["0", "8"]


@pytest.mark.parametrize("absent", [marker(20), sample(20, "double", "NaN"), sample(20, "double", "Infinity")])
def test_absences_interrupt_the_line(absent: dict[str, Any]) -> None:
    series = series_of(sample(0, "double", 1.0), absent, sample(40, "double", 2.0))
    assert path(series).count("M") == 2
    assert points(series)[1] == (pytest.approx(across(20), abs=0.1), 106)  # the value holds until then
    ((begin, end),) = rectangles(series, "no value")
    assert begin == math.floor(across(20))
    assert end == math.ceil(across(40))


def test_a_band_shows_minimums_and_maximums() -> None:
    series = series_of(aggregate(0, 2.0, 1.0, 3.0), aggregate(60, 2.0, 0.0, 4.0))
    band = next(each for each in drawing(series).iter(f"{SVG}path") if each.get("fill"))
    assert band.attrib["d"] == "M90,35.5 632,12 632,106 90,82.5Z"
    assert "0 4" in text_of(drawing(series))
    assert not [each for each in drawing(series_of(sample(0, "double", 1.0))).iter(f"{SVG}path") if each.get("fill")]


def test_alarms_are_a_strip() -> None:
    levels = ["OK", "MINOR", "MAJOR", "OK", "MAJOR", "WORSE"]
    series = series_of(*(sample(10 * place, "long", 1, level=level) for place, level in enumerate(levels)))
    assert rectangles(series, Severity.MINOR) == [(math.floor(across(10)), math.floor(across(20)))]
    assert [begin for begin, _ in rectangles(series, Severity.MAJOR)] == [
        math.floor(across(20)),
        math.floor(across(40)),
    ]
    assert rectangles(series, Severity.INVALID) == [(math.floor(across(50)), 633)]


def test_the_shortest_alarm_is_seen() -> None:
    series = series_of(*(sample(n / 1000, "double", n, level="MAJOR" if n == 7000 else "OK") for n in range(60_000)))
    ((begin, end),) = rectangles(series, Severity.MAJOR)
    assert end - begin == 1
    assert begin == math.floor(across(7))


@given(st.lists(st.floats(-1e308, 1e308), min_size=1, max_size=300), st.integers(1, 5000))
def test_the_least_and_greatest_value_are_seen_at_their_places(values: list[float], spacing_ms: int) -> None:
    series = series_of(*(sample(n * spacing_ms / 1e3, "double", value) for n, value in enumerate(values)))
    inside = series.values[series.times <= series.end]
    low, high = inside.min(), inside.max()
    drawn = points(series)
    assert {y for _, y in drawn} <= set(np.arange(0, 1321) / 10) | {59.0}
    if high / 2 > low / 2:
        assert min(y for _, y in drawn) == 12
        assert max(y for _, y in drawn) == 106
    else:
        assert {y for _, y in drawn} == {59}


def test_size_and_duration_do_not_depend_on_the_number_of_samples() -> None:
    noise = np.random.default_rng(1).normal(size=60_000)
    series = series_of(
        *(marker(n / 1000) if n % 9 == 0 else sample(n / 1000, "double", float(noise[n])) for n in range(60_000))
    )
    begin = time.perf_counter()
    text = series._repr_html_()
    assert time.perf_counter() - begin < 5
    assert len(text) < 40_000


def test_only_the_range_asked_for_is_drawn() -> None:
    series = series_of(sample(-500, "double", 1.0), sample(30, "double", 3.0), sample(100, "double", 99.0))
    assert points(series) == [(90, 106), (across(30), 12), (632, 12)]
    assert not list(shown(series_of(sample(100, "double", 99.0))).iter(f"{SVG}svg"))


@pytest.mark.parametrize(("start", "end"), [(0, 2**63 - 1), (-(2**63), 2**63 - 1), (START, START)])
def test_ranges_much_longer_than_the_samples(start: int, end: int) -> None:
    query = SampleQuery("a channel", 1, start, end)
    one = SampleSeries(query, series_of(sample(0, "double", 1.0))._columns)
    assert points(one) == [(90, 59), (632, 59)]
    two = SampleSeries(query, series_of(sample(0, "double", 1.0), sample(10, "double", 2.0))._columns)
    if end > start:
        assert points(two) == [(90, 106), (361, 12), (632, 12)]  # the time behind the last sample gets half


@pytest.mark.parametrize(
    "samples", [[sample(n, "string", f"text {n}") for n in range(9)], [sample(n, "double", n, 2.0) for n in range(9)]]
)
def test_the_last_samples_where_there_is_no_curve(samples: list[dict[str, Any]]) -> None:
    series = series_of(*samples)
    rows = [text_of(row) for row in shown(series).iter("tr")]
    assert rows == ["the last of them", *(" ".join(str(one).split()) for one in series[5:])]
    assert len(list(shown(series[:2]).iter("tr"))) == 3
    assert not list(shown(series[:0]).iter("tr"))


# -- channels and statuses --


def rows_of(element: ET.Element) -> list[list[str]]:
    return [[text_of(cell) for cell in row] for row in element.iter("tr")]


def test_channels_and_statuses_of_a_cluster() -> None:
    with demo_scene().serve() as scene, AdminClient(base_url=scene.admin_url) as admin:
        cluster, status = admin.get_cluster_status(), admin.get_server_status()
        everything, own = admin.list_all_channels(), admin.list_channels_for_server(status.server_id)
        channel = admin.get_channel("RING:MODE")
    first = cluster.servers[0]
    assert rows_of(shown(cluster))[1:3] == [
        ["last online time", "online", "server id", "server name"],
        [f"{first.last_online_datetime:%Y-%m-%d %H:%M:%S} UTC", "yes", str(first.server_id), first.server_name],
    ]
    assert ["total samples written", f"{status.total_samples_written:,}"] in rows_of(shown(status))
    assert isinstance(everything, list)
    assert everything == list(everything)
    assert text_of(shown(everything)).startswith(f"{len(everything)} channels, archiver-")
    assert ["RING:MODE", "Channel Access", "raw, 1 min, 15 min", "archiver-1.example.org"] in rows_of(shown(everything))
    assert re.match(r"\d+ channels, ok: \d+, error: 2", text_of(shown(own)))
    assert {"RING:OLD:MAGNET", "error"} <= set(next(row for row in rows_of(shown(own)) if row[0] == "RING:OLD:MAGNET"))
    assert ["decimation level to retention period", "raw (90 d), 1 min (3,650 d), 15 min (for ever)"] in rows_of(
        shown(channel)
    )


def summary(name: str) -> dict[str, Any]:
    return {
        "channelDataId": "11111111-2222-3333-4444-555555555551",
        "channelName": name,
        "controlSystemName": name,
        "controlSystemType": "channel_access",
        "decimationLevels": ["0", "30"],
        "serverId": "11111111-2222-3333-4444-555555555551",
        "serverName": name,
    }


def test_long_lists_are_cut_and_short_ones_shown() -> None:
    simulator = Simulator([SimulatedServer()])
    for number in range(1234):
        simulator.add_channel(f"C{number:04d}", server=0)
    with simulator.serve() as scene, AdminClient(base_url=scene.admin_url) as admin:
        everything = admin.list_all_channels()
    rows = rows_of(shown(everything))
    assert [row[0] for row in rows] == ["channel", *(f"C{number:04d}" for number in range(20))]
    assert text_of(shown(everything)).endswith("and 1,214 more")
    assert text_of(shown(ChannelsOfServer())) == "0 channels"
    assert "only their configuration is known" in text_of(shown(ChannelsOfServer((), status_available=False)))


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_channels_are_only_text(name: str) -> None:
    name = name.replace("\ud800", "")  # which no JSON text has
    channel = ChannelSummary.model_validate_json(compact([summary(name)])[1:-1])
    text = "".join(shown(channel).itertext())
    if name.isprintable():
        assert name in text


def test_members_that_are_not_known() -> None:
    status = ClusterStatus.model_validate_json(b'{"servers": []}')
    assert rows_of(shown(status)) == [["servers", ""]]
    offline = ServerStatus(
        **dict.fromkeys(("cassandra_cluster_name", "cassandra_error", "cassandra_keyspace_name"), None),
        **dict.fromkeys(("channels_disconnected", "channels_error", "channels_total", "server_last_online_time"), 0),
        server_id="11111111-2222-3333-4444-555555555551",
        server_name="name",
        server_online=False,
        total_samples_dropped=0,
        total_samples_written=0,
    )
    assert ["server last online time", ""] in rows_of(shown(offline))
    assert ["server online", "no"] in rows_of(shown(offline))
