"""What the package promises, and that both colours promise the same."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys

import pytest

import cassandra_pv_archiver as package
from cassandra_pv_archiver import AdminClient, ArchiveClient, AsyncAdminClient, AsyncArchiveClient

PAIRS = [(AdminClient, AsyncAdminClient), (ArchiveClient, AsyncArchiveClient)]


def methods(cls: type) -> dict[str, object]:
    return {name: member for name, member in inspect.getmembers(cls, callable) if not name.startswith("_")}


@pytest.mark.parametrize("name", package.__all__)
def test_every_promised_name_is_there_and_documented(name: str) -> None:
    value = getattr(package, name)
    if isinstance(value, type):
        assert value.__doc__, name


def test_everything_visible_is_promised() -> None:
    assert set(dir(package)) == set(package.__all__)
    assert len(set(package.__all__)) == len(package.__all__)
    with pytest.raises(AttributeError, match="nothing_of_the_sort"):
        _ = package.nothing_of_the_sort  # pyright: ignore[reportAttributeAccessIssue] -- what is tested


@pytest.mark.parametrize(("sync", "colour"), PAIRS)
def test_both_colours_have_the_same_signatures(sync: type, colour: type) -> None:
    renamed = {"aclose": "close"}
    assert {renamed.get(name, name) for name in methods(colour)} == set(methods(sync))
    for name, method in methods(colour).items():
        twin = getattr(sync, renamed.get(name, name))
        if name != "aclose":
            signature = str(inspect.signature(method))  # pyright: ignore[reportArgumentType]
            ours = re.sub(r"\bAsync(?=Stream\[)|\bAsync(?=Options\])", "", signature)
            theirs = str(inspect.signature(twin)).replace("SyncOptions]", "Options]")
            assert theirs == ours, name
        assert twin.__doc__
        assert method.__doc__, name
    ours = [p.name for p in inspect.signature(colour.__init__).parameters.values()]
    assert ours == [p.name for p in inspect.signature(sync.__init__).parameters.values()]


@pytest.mark.one_interpreter
def test_importing_the_package_imports_nothing_else() -> None:
    heavy = "{'numpy', 'httpx', 'pydantic', 'msgspec', 'asyncio', 'rich', 'typer'}"
    for module in ("cassandra_pv_archiver", "cassandra_pv_archiver.testing", "cassandra_pv_archiver.cli"):
        code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=True)
        assert done.stdout.strip() == "[]", module
