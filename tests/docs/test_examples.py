"""The scripts in docs/examples run, and print what they are there to show."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cassandra_pv_archiver.testing import RunningSimulator
from tests.docs.running import DOCS, run

WITH_OUTPUT_ON_ITS_PAGE = {"month_of_channels"}
EXAMPLES = [script for script in sorted((DOCS / "examples").glob("*.py")) if script.stem not in WITH_OUTPUT_ON_ITS_PAGE]
PRINTED = {
    "align_channels": ["label, valid in 7", "rows without pressure: 1", "Enum(categories=['Shutdown'", "True False"],
    "asynchronous_reads": ["{'RING:CURRENT': 'mA', 'RING:LIFETIME': 'h'}\nTrue\nnothing new"],
    "batches_of_samples": ["number > 4000=True, at most 200"],
    "cancelled_read": ["stopped; 0 samples had arrived"],
    "configuration_file": ["would be added or updated: 10", "would be removed: 0"],
    "configuration_as_file": ["channels; the same: True\nRING:CURRENT is in line ", "the export says the same: True"],
    "dask_frame": ["9 float64 string\n", "'RING:CURRENT': 36", "True True\nTrue\n", "datetime64[ns, UTC]\n"],
    "dataset_elsewhere": ["polars: ['LOLO'] Datetime(", "pandas: Injection float64", " 24\n"],
    "export_dataset": [
        "True\nTrue ['RING:NO:SUCH is missing']\nTrue\nTrue mA\nin force at the beginning: ",
        "['RING:CURRENT', 'RING:LIFETIME', 'RING:MODE'] True\nTrue\n",
    ],
    "handled_errors": [
        "404 get_channel 'RING:NO:SUCH'",
        "403 run_archive",
        "not sent: end_time",
        "not reached: Cannot",
    ],
    "kinds_of_samples": ["RING:LIFETIME minMaxDouble", "an array of 24 elements", "no value, because Disconnected"],
    "kinds_of_times": ["5400.0 seconds", "write 2025-10-26T02:30:00+02:00 or 2025-10-26T02:30:00+01:00"],
    "logged_requests": ["DEBUG cassandra_pv_archiver: get_samples", "WARNING cassandra_pv_archiver", "gave up: Cannot"],
    "metrics": ['archiver_requests_total{operation="get_samples",outcome="succeeded"} 4', "archiver_samples_total"],
    "new_samples": ["RING:CURRENT True mA", "RING:LIFETIME True h"],
    "one_sample_after_another": ["first alarm: 0.0 LOLO"],
    "own_http_client": ["GET 200 application/json", "['RING:MODE']"],
    "password_from_environment": ["True"],
    "password_from_keyring": ["True"],
    "patient_job": ["True\n['RING:LIFETIME']\nTrue"],
    "plan_and_apply": [
        "withheld: 'RING:LIFETIME': level 60 stays",
        "samples would be lost: 0\n5 of 5 commands are done.",
        "undone: True\nas before: True",
    ],
    "plot_channels": [
        "['RING:CURRENT', 'RING:MODE', 'RING:OPERATOR']",
        "mA ['channels.png', 'current.pdf', 'temperatures.svg']",
    ],
    "progress_bar": ["RING:CURRENT [####################] 4,3", "RING:MODE [####################] 7 samples\n"],
    "report_as_web_page": ["4 curves, 7 tables"],
    "run_commands": [
        "add_channel RING:S05:TEMP succeeded",
        "rename_channel RING:NO:SUCH refused",
        "1 command failed",
        "not added: ",
        "addOptions",
    ],
    "samples_as_columns": ["['LOLO'] for 10 minutes", "True True", "int64 ['Injection'", "Disconnected 10 minutes"],
    "samples_as_parquet": ["timestamp[ns, tz=UTC]", "True mbar ['Disconnected']\nTrue"],
    "samples_in_pandas": ["float64 datetime64[ns, Europe/Berlin] mA", "['LOLO']", "Int64 {'User run'", "True"],
    "samples_in_polars": ["time_zone='UTC') Enum(", "['LOLO']\nTrue\nList(Float64) 24"],
    "several_channels": ["RING:S04:TEMP 120 °C\nRING:NO:SUCH failed: get_samples_for 'RING:NO:SUCH'"],
    "several_servers": ["left http://127.0.0.1:1\nTrue\n['RING:MODE']"],
    "simulated_cluster": ["[2.0, 3.0, 4.0, 5.0]"],
    "simulated_scene": ["['RING:PRESSURE', 'RING:SHUTTER']\n['closed', 'open']\n200 application/json"],
    "simulated_time": ["[57. 58. 59. 60.]\n", "60. 61. 62.]\n", "after 20.0 s: RequestTimeoutError", "[True, False]"],
    "test_my_async_program": ["1 passed"],
    "test_my_program": ["4 passed"],
    "test_with_scene": ["2 passed"],
    "test_on_a_bad_day": ["4 passed"],
    "statistics_of_shifts": ["mean 1", "MAJOR 595 s", "for 94% of the time", "=True", "'User run': '4 h'"],
    "tracing": ["get_samples within nightly report: ", "'archiver.channel': 'RING:CURRENT'"],
    "value_at_a_time": ["s old, the next one ", "RING:MODE User run\n", "RING:NEW has no samples"],
}


@pytest.mark.one_interpreter
@pytest.mark.parametrize("script", EXAMPLES, ids=lambda script: script.stem)
def test_example(script: Path, scene: RunningSimulator) -> None:
    if script.stem.startswith("test_"):
        # As in a project of its own, without the settings of this one.
        printed = run(
            "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", script.parent, "-p", "no:cacheprovider", script
        )
    else:
        printed = run(script, scene.admin_url, scene.archive_url)
    for fragment in PRINTED[script.stem]:
        assert fragment in printed
