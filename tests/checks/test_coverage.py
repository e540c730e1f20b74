"""Enough of the package's branches are reached by the tests."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from coverage import Coverage


def test_branch_coverage(pytestconfig: pytest.Config, tmp_path: Path) -> None:
    measured = Coverage.current()
    if measured is None or pytestconfig.invocation_params.args:
        pytest.skip("coverage is judged by the whole suite: coverage run -m pytest")
    measured.save()
    data_file = Path(measured.get_data().base_filename())
    files = [str(file) for file in data_file.parent.glob(f"{data_file.name}.*") if is_whole(file)]
    total = Coverage(data_file=str(tmp_path / data_file.name))
    total.combine(files, keep=True)  # this process and the scripts that the tests started
    table = StringIO()
    percent = total.report(file=table)
    assert percent >= total.config.fail_under, table.getvalue()


def is_whole(file: Path) -> bool:
    """Whether coverage finished the file; processes that tests kill can leave the beginning of one."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as data:
            return bool(data.execute("select version from coverage_schema").fetchall())  # written after all tables
    except sqlite3.DatabaseError:
        return False


def test_files_of_killed_processes_are_left_out(tmp_path: Path) -> None:
    whole, killed, empty = tmp_path / "whole", tmp_path / "killed", tmp_path / "empty"
    measured = Coverage(data_file=str(whole))
    measured.get_data().add_lines({__file__: [1]})
    measured.save()
    with closing(sqlite3.connect(killed)) as data:
        data.execute("create table coverage_schema (version integer)")
    empty.touch()
    assert [is_whole(file) for file in (whole, killed, empty, tmp_path / "absent")] == [True, False, False, False]
