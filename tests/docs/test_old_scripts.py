"""Scripts as they were written for the predecessor run unchanged; host and ports are their arguments."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cassandra_pv_archiver.testing import RunningSimulator
from tests.docs.running import run

SCRIPTS = sorted((Path(__file__).parent / "old_scripts").glob("*.py"))
# What the predecessor printed with the same simulator.
PRINTED = {
    "add_channels": ['RING:CURRENT: Channel "RING:CURRENT" cannot be added because', "There were failures."],
    "backup_as_json": ["archiver-1.example.org: 10 channels"],
    "channels_to_csv": ["""RING:LIFETIME,channel_access,11111111-2222-3333-4444-555555555551,"['0', '60', '900']"\n"""],
    "check_channels": ["WARNING: 2 channels in error, RING:LASER:ENERGY is error, RING:NEW is initializing"],
    "copy_configuration": ["10 channels in the file, 0 not in it"],
    "count_channels": ["archiver-1.example.org    tango                    1", "20 channels"],
    "disable_channels": ["RING:S01:TEMP True\nRING:S02:TEMP True\nRING:S03:TEMP True\nRING:S04:TEMP True\n"],
    "import_configuration": ['failed RING:MODE: Channel "RING:MODE" cannot be added because', "refused"],
    "last_values": ["RING:S01:TEMP: 2", "°C"],
    "list_errors": ['RING:OLD:MAGNET The control-system option "minUpdatePeriod" has the invalid value "-1"'],
    "names_with_wildcards": ["17 names, the first is RING:BPM:ORBIT"],
    "not_reachable": ["not reachable\n2 servers"],
    "rename_channels": ["RING:S03:TEMP -> RING:T3 done\nRING:S04:TEMP -> RING:T4 done"],
    "samples_to_csv": ["time,mode,severity,status\n", "000000000,3,OK,NO_ALARM"],
    "set_options": [str([{"maxUpdatePeriod": "60"}] * 4)],
    "show_channel": ["totalSamplesWritten = 2880", "The channel is archived.", "It has no options.", "kept for ever."],
    "statistics_of_samples": ["1 marker, Disconnected", "mean 6e-09 mbar", "decimated: True"],
    "status_report": ['"serverName": "archiver-1.example.org"', '"channelsError": "2"', '"cassandraError": null'],
    "threads": ["RING:S01:VAC:PRESSURE has samples\nRING:S02:VAC:PRESSURE has samples"],
    "time_in_states": ["Injection: 1.00 h\nMachine study: 1.00 h\nUser run: 4.00 h"],
    "wrong_password": ["refused\nrefused\nremoved"],
}


@pytest.mark.one_interpreter
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_prints_what_it_printed_before(script: Path, scene: RunningSimulator) -> None:
    ports = [str(urlsplit(url).port) for url in (scene.admin_url, scene.archive_url)]
    printed = run(script, "127.0.0.1", *ports)
    for fragment in PRINTED[script.stem]:
        assert fragment in printed
