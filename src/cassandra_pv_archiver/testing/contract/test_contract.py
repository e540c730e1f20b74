"""The checks as tests, for ``pytest --pyargs cassandra_pv_archiver.testing.contract``."""

from __future__ import annotations

import pytest

from .catalogue import all_checks
from .junit import told_at_length
from .registry import Check
from .report import Baseline, Verdict
from .runner import Run


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.name)
def test_contract(check: Check, contract_baseline: Baseline, contract_run: Run) -> None:
    result = contract_run.make(check, contract_baseline)
    if result.verdict is Verdict.NOT_APPLICABLE:
        pytest.skip(result.reason)
    if result.findings:
        pytest.fail("\n".join([check.title, *map(told_at_length, result.findings)]), pytrace=False)
