"""Enough of the package's branches are reached by the tests."""

from __future__ import annotations

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
    total = Coverage(data_file=str(tmp_path / data_file.name))
    total.combine([str(data_file.parent)], keep=True)  # this process and the scripts that the tests started
    table = StringIO()
    percent = total.report(file=table)
    assert percent >= total.config.fail_under, table.getvalue()
