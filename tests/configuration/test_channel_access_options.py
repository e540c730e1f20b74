"""What is said about options of Channel Access channels is what the simulated server says."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cassandra_pv_archiver.configuration import channel_access_problems
from cassandra_pv_archiver.testing.simulator.channel_access import option_problem

NAMES = ["clockSource", "enablingChannel", "maxClockSkew", "maxUpdatePeriod", "metaDataMonitorMask", "minUpdatePeriod"]
NAMES += ["monitorMask", "writeSampleWhenDisabled", "writeSampleWhenDisconnected", "monitormask", ""]
NUMBERS = ["0", "-0", "1", " 1.5 ", "1e-10", "0x1p-3", "0x1p99999", "NaN", "-Infinity", "1e30", "-1e30", ".", "1_0"]
NUMBERS += ["5f", "1e999", "0x.p1", "+.5D", "٣", "1 1", "-1", "4.9e-10", "0X1.8P1f", "\x00 7 \x1f", "\xa07"]
OTHERS = ["9223372036.854775807", "local", "Prefer_Origin", "TRUE", "no", "value|ALARM", ", |", "value;alarm", "", "é"]
VALUES = st.sampled_from(NUMBERS + OTHERS)


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), VALUES | st.text(max_size=6), max_size=5))
@example({"maxUpdatePeriod": "1", "minUpdatePeriod": "2"})
@example({"maxUpdatePeriod": "0x1p0", "minUpdatePeriod": "1.0000001"})
@example({"minUpdatePeriod": "2", "maxUpdatePeriod": ""})
@example({"clockSource": "lo\u212aal"})
def test_first_problem_is_that_of_the_server(options: dict[str, str]) -> None:
    found = channel_access_problems(options)
    assert (found[0].message if found else None) == option_problem(options)


def test_all_problems_at_once() -> None:
    found = channel_access_problems({"monitormask": "value", "clockSource": "x", "minUpdatePeriod": "-1"})
    assert [problem.option for problem in found] == ["clockSource", "minUpdatePeriod", "monitormask"]
    assert [problem.hint for problem in found] == [
        "Write local, origin or prefer_origin.",
        "Write a number of seconds such as 0.5, or 0 to switch it off.",
        "Write monitorMask.",
    ]
    (conflict,) = channel_access_problems({"minUpdatePeriod": "10", "maxUpdatePeriod": "5"})
    assert conflict.hint == "Write at least 10, or 0 for no limit."
    (mask,) = channel_access_problems({"monitorMask": "value;alarm"})
    assert str(mask.hint).startswith("Write one or more of value, archive, alarm and property, separated by commas")


@pytest.mark.parametrize("option", ["", "zzz"])
def test_options_that_resemble_none(option: str) -> None:
    assert "clockSource" in str(channel_access_problems({option: ""})[0].hint)
