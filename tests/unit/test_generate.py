"""The generator of the models: reproducible, and its check finds every difference."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from cassandra_pv_archiver.models import WireModel
from codegen import generate

pytestmark = [pytest.mark.one_interpreter, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return generate.generate(generate.SPECS)


@pytest.fixture
def written(files: dict[str, bytes], tmp_path: Path) -> Path:
    generate.write(files, tmp_path)
    return tmp_path


def test_the_same_twice(files: dict[str, bytes]) -> None:
    assert generate.generate(generate.SPECS) == files


def test_each_file_says_where_it_comes_from(files: dict[str, bytes]) -> None:
    for name, content in files.items():
        text = content.decode()
        for spec in ("admin", "archive"):
            if spec in name:
                digest = hashlib.sha256((generate.SPECS / f"{spec}.yaml").read_bytes()).hexdigest()
                assert f"spec/{spec}.yaml (SHA-256 {digest})" in text
        assert "python codegen/generate.py" in text
        if name.endswith(".py"):
            assert text.startswith("# Generated, do not edit.")


def test_the_specifications_as_json(files: dict[str, bytes]) -> None:
    for spec in ("admin", "archive"):
        document = json.loads(files[f"{spec}.json"])
        del document["x-generated"]
        assert document == yaml.safe_load((generate.SPECS / f"{spec}.yaml").read_text("utf-8"))


def test_writing_leaves_nothing_else(files: dict[str, bytes], written: Path) -> None:
    (written / "old.py").write_text("")
    generate.write(files, written)
    assert {path.name: path.read_bytes() for path in written.iterdir()} == files


def test_no_difference(files: dict[str, bytes], written: Path) -> None:
    (written / "__pycache__").mkdir()
    (written / "__pycache__" / "admin.cpython-311.pyc").write_bytes(b"")
    assert list(generate.differences(files, written)) == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("admin.py", lambda content: content[: len(content) // 2]),
        ("admin.py", lambda content: content[:-1]),
        ("admin.py", lambda content: b""),
        ("archive.py", lambda content: content.replace(b"\n", b"\r\n")),
        ("archive.py", lambda content: content + b"\n"),
        ("sample_structs.py", lambda content: content.replace(b"gc", b"cg", 1) + b" "),
        ("archive.json", lambda content: content.replace(b'"', b"'", 1)),
        ("__init__.py", lambda content: None),
        ("stale.py", lambda content: b""),
        ("more/stale.json", lambda content: b"{}"),
    ],
)
def test_every_difference_is_found(
    files: dict[str, bytes], written: Path, name: str, change: Callable[[bytes], bytes | None]
) -> None:
    changed = change(files.get(name, b""))
    path = written / name
    path.parent.mkdir(exist_ok=True)
    if changed is None:
        path.unlink()
    else:
        path.write_bytes(changed)
    [difference] = generate.differences(files, written)
    assert str(path) in difference


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "new"
    assert generate.main([], target) == 0
    assert capsys.readouterr().out == ""
    (target / "admin.py").write_text("")
    assert generate.main(["--check"], target) == 1
    out = capsys.readouterr().out
    assert "admin.py is not what the specification gives" in out
    assert "run: python codegen/generate.py" in out
    assert (target / "admin.py").read_text() == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("format: int32", "format: shoe-size"),  # the generator only warns
        ("#/components/schemas/SampleSeverity", "#/components/schemas/Severity"),
        ("#/components/schemas/EnumMetaData", "https://schemas.example.invalid/EnumMetaData"),
    ],
)
def test_what_the_generator_cannot_express_is_an_error(tmp_path: Path, before: str, after: str) -> None:
    shutil.copytree(generate.SPECS, tmp_path, dirs_exist_ok=True)
    spec = tmp_path / "archive.yaml"
    text = spec.read_text("utf-8")
    assert before in text
    spec.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(generate.GenerationError, match=re.escape(after.removeprefix("format: "))):
        generate.generate(tmp_path)


@pytest.mark.parametrize("name", ["admin.py", "archive.py"])
def test_every_class_and_attribute_has_a_docstring(files: dict[str, bytes], name: str) -> None:
    classes = [node for node in ast.parse(files[name]).body if isinstance(node, ast.ClassDef)]
    assert classes
    for class_ in classes:
        assert ast.get_docstring(class_), class_.name
        for statement, following in pairwise([*class_.body, None]):
            if isinstance(statement, ast.AnnAssign):
                assert is_text(following), f"{class_.name}.{ast.unparse(statement.target)}"


def is_text(statement: ast.stmt | None) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def schemas() -> list[tuple[str, str, bool]]:
    """Module, name and openness of each object in the specifications."""
    found: list[tuple[str, str, bool]] = []
    for spec in ("admin", "archive"):
        document = yaml.safe_load((generate.SPECS / f"{spec}.yaml").read_text("utf-8"))
        for name, schema in document["components"]["schemas"].items():
            if schema.get("type") == "object":
                found.append((spec, name, schema.get("additionalProperties") is not False))
    return found


@pytest.mark.parametrize(("spec", "name", "is_open"), schemas())
def test_unknown_members_are_refused_where_the_specification_does(spec: str, name: str, is_open: bool) -> None:
    model: type[WireModel] = getattr(import_module(f"cassandra_pv_archiver._generated.{spec}"), name)
    with pytest.raises(ValueError, match="validation error") as refused:
        # None of the members that every object needs: the error is about these, or about the unknown one.
        model.model_validate({"unknownMember": 1})
    assert ("unknownMember" in str(refused.value).partition("[")[0]) is not is_open


@pytest.mark.parametrize(("spec", "name", "is_open"), schemas())
def test_names_in_json_follow_from_names_in_python(spec: str, name: str, is_open: bool) -> None:
    model: type[WireModel] = getattr(import_module(f"cassandra_pv_archiver._generated.{spec}"), name)
    document = yaml.safe_load((generate.SPECS / f"{spec}.yaml").read_text("utf-8"))
    assert [field.alias for field in model.model_fields.values()] == list(
        document["components"]["schemas"][name]["properties"]
    )
