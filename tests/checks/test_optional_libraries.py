"""Whoever installs no extra can still import everything but the insides of the command line and the test plugin."""

from __future__ import annotations

import re
import sys
import tomllib

from tests.checks.tools import ROOT, run

IMPORT_EVERYTHING = """
import importlib, pkgutil, sys
package, *absent = sys.argv[1:]
sys.modules.update(dict.fromkeys(absent))  # importing one of these is an ImportError from now on
root = importlib.import_module(package)
for module in pkgutil.walk_packages(root.__path__, package + "."):
    below = module.name.removeprefix(package + ".")
    if not below.startswith("cli.") and (not below.startswith("testing.") or below.startswith("testing.simulator")):
        importlib.import_module(module.name)
        print(module.name)
"""

IMPORTED_AS = {"pyyaml": "yaml"}


def banned_libraries() -> set[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return set(settings["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-module-level-imports"])


def test_every_optional_library_is_banned_at_module_level() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    names = {
        re.split(r"[^\w-]", requirement)[0] for key, needed in extras.items() if key != "all" for requirement in needed
    }
    assert {IMPORTED_AS.get(name, name) for name in names} <= banned_libraries()


def test_package_imports_without_optional_libraries() -> None:
    imported = run(
        sys.executable, "-c", IMPORT_EVERYTHING, "cassandra_pv_archiver", *sorted(banned_libraries())
    ).split()
    assert "cassandra_pv_archiver.testing" in imported
