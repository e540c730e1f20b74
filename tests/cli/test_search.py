"""``cpva search``."""

from __future__ import annotations

import json

from tests.cli.conftest import Cpva


def test_names_are_one_a_line(cpva: Cpva) -> None:
    done = cpva("search", "ring:s0?:temp")
    assert done.stdout.splitlines() == [f"RING:S0{number}:TEMP" for number in range(1, 5)]
    assert cpva("search", "--regexp", r"RING:S\d+:TEMP").stdout == done.stdout


def test_long_adds_what_the_administrative_service_knows(cpva: Cpva) -> None:
    few = cpva("search", "RING:S0?:TEMP", "--long").stdout.splitlines()
    many = cpva("search", "*", "--long").stdout.splitlines()
    assert [line.split() for line in few if "S01" in line] == [line.split() for line in many if "S01:TEMP" in line]
    header, first = (line.split() for line in few[:2])
    assert header == ["Channel", "Server", "Type", "State", "Levels"]
    assert first[0] == "RING:S01:TEMP"
    assert first[2:] == ["channel_access", "ok", "0", "60", "900"]
    found = json.loads(cpva("search", "RING:S01:TEMP", "--long", "--json").stdout)
    assert found == [
        {
            "channel_name": "RING:S01:TEMP",
            "server_name": first[1],
            "control_system_type": "channel_access",
            "state": "ok",
            "decimation_levels": [0, 60, 900],
        }
    ]


def test_finding_nothing_is_no_failure(cpva: Cpva) -> None:
    for more, printed in (((), ""), (("--long",), ""), (("--json",), "[]\n"), (("--json", "--long"), "[]\n")):
        done = cpva("search", "nothing", *more)
        assert (done.exit_code, done.stdout) == (0, printed)
        assert done.stderr == "No channel matches 'nothing'.\n"
    assert not cpva("search", "nothing", "--quiet").stderr
