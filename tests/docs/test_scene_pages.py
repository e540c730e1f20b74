"""The pages about tests and scene files: complete, and what they show runs."""

from __future__ import annotations

import dataclasses
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cassandra_pv_archiver.testing import SceneError, Simulator, faults, load_scene, scene_schema
from cassandra_pv_archiver.testing.scene_files.reading import read_table
from tests.docs.running import DOCS, ROOT

TESTING = (DOCS / "pages" / "testing.md").read_text("utf-8")
SCENES = (DOCS / "pages" / "scene-files.md").read_text("utf-8")
EXAMPLES = [DOCS / "examples" / "scene.toml", DOCS / "examples" / "scene.yaml"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_example_scenes(example: Path) -> None:
    shown = dict(re.findall(r"<!-- (docs/examples/\S+) -->\n```\w+\n(.*?)```\n", SCENES, re.DOTALL))
    assert shown[str(example.relative_to(ROOT))] == example.read_text("utf-8"), f"copy {example} to its page"
    jsonschema.Draft202012Validator(scene_schema()).validate(read_table(example))
    assert Simulator(scene=load_scene(example)).servers


def test_the_message_on_the_page_is_the_one_that_comes(tmp_path: Path) -> None:
    (said,) = re.findall(r"```text\n(.*)\n```", SCENES)
    text = EXAMPLES[0].read_text("utf-8").replace('spacing = "5s"', "spacing = 10")
    (tmp_path / "scene.toml").write_text(text, "utf-8")
    with pytest.raises(SceneError) as caught:
        load_scene(tmp_path / "scene.toml")
    assert str(caught.value) == str(tmp_path / said)


def members(schema: dict[str, Any]) -> set[str]:
    return {name for table in [schema, *schema["$defs"].values()] for name in table["properties"]}


def test_every_member_of_a_scene_file_is_on_the_page() -> None:
    reference = SCENES[SCENES.index("## Members") :]
    named = set(re.findall(r"`([a-z_]+)`", reference))
    missing = members(scene_schema()) - named
    assert not missing


def test_every_fault_is_on_the_page_with_the_arguments_it_has() -> None:
    kinds = {
        name: kind
        for name in faults.__all__
        if dataclasses.is_dataclass(kind := getattr(faults, name)) and "__call__" in vars(kind)
    }
    table = TESTING[TESTING.index("| Fault | What happens |") :].partition("\n\n")[0]
    shown = dict(re.findall(r"`(\w+)\(([^`]*)\)`", table))
    assert shown.keys() == kinds.keys()
    for name, arguments in shown.items():
        eval(f"faults.{name}({arguments})", {"faults": faults, "location": "/", "limit": 1, "value": "x", "server": 0})


COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TESTING, re.DOTALL) for line in block.splitlines()]


@pytest.mark.one_interpreter
@pytest.mark.parametrize("command", COMMANDS)
def test_commands_on_the_page(command: str) -> None:
    name, *arguments = shlex.split(re.sub(r"\d{4}", "0", command))  # any port, as those of the page may be in use
    assert name == "cpva"
    code = "from cassandra_pv_archiver.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True, cwd=DOCS / "examples"
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith(("A simulated cluster answers", '{"servers"'))
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()
