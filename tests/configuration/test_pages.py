"""The page about configuration files: what it shows is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cassandra_pv_archiver.configuration import InvalidConfigurationError, read_toml, read_yaml
from cassandra_pv_archiver.configuration.document import ChannelEntry, Document, Group, Settings

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "pages" / "configuration-files.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["ring.yaml", "ring.toml"])
def test_examples_are_shown(name: str) -> None:
    shown = dict(re.findall(r"<!-- (docs/examples/\S+) -->\n```\w+\n(.*?)```\n", PAGE, re.DOTALL))
    assert shown[f"docs/examples/{name}"] == (DOCS / "examples" / name).read_text("utf-8"), f"copy {name} to its page"


def test_both_examples_say_the_same() -> None:
    found = read_yaml(DOCS / "examples" / "ring.yaml").configuration
    assert read_toml(DOCS / "examples" / "ring.toml").configuration == found
    assert len(found.channels) == 4 * 24 + 3


def test_problems_are_those_that_come() -> None:
    text = (DOCS / "examples" / "ring.yaml").read_text("utf-8")
    text = text.replace("15min: forever", "15min: 365d").replace("minUpdatePeriod: 10", "minUpdatePeriod: ten")
    with pytest.raises(InvalidConfigurationError) as caught:
        read_yaml(text.replace("enabled:", "enable:").encode())
    said = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert said == [re.sub("^line ", "ring.yaml:", f"{caught.value}\n", flags=re.MULTILINE)]


def test_tables_have_all_members() -> None:
    documented = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert documented >= set(Document.model_fields) | set(Settings.model_fields)
    for kind in (Group, ChannelEntry):
        assert {field.alias or name for name, field in kind.model_fields.items()} <= set(re.findall(r"`(\w+)`", PAGE))
