"""Lint, format, layers, and generated files that are current."""

from __future__ import annotations

import sys

import pytest

from tests.checks.tools import run, script

pytestmark = pytest.mark.timeout(300)


def test_lint() -> None:
    run(script("ruff"), "check", "--no-fix")


def test_format() -> None:
    run(script("ruff"), "format", "--check", "--diff")


def test_layers() -> None:
    run(script("lint-imports"), "--no-logo")


def test_generated_files_are_current() -> None:
    run(sys.executable, "codegen/generate.py", "--check")
