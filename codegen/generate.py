"""Writes the models of both specifications into ``src/cassandra_pv_archiver/_generated``.

    python codegen/generate.py             writes the files
    python codegen/generate.py --check     compares them byte for byte, and ends with 1 if anything differs

datamodel-code-generator makes models from the schemas; how, is said in ``pyproject.toml`` under
``tool.datamodel-codegen`` and in ``codegen/templates``. Ruff then formats them with the settings of the project.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
SPECS = ROOT / "spec"
GENERATED = ROOT / "src" / "cassandra_pv_archiver" / "_generated"
COMMAND = "python codegen/generate.py"

_PACKAGE = '"""The specifications as JSON, and what is made of them. The way in is `cassandra_pv_archiver.models`."""\n'


class GenerationError(Exception):
    """A tool failed, or had something to complain about."""


def main(arguments: list[str] | None = None, target: Path = GENERATED) -> int:
    """Writes or checks the files in the target directory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, but compare")
    check = parser.parse_args(arguments).check
    try:
        files = generate(SPECS)
    except GenerationError as error:
        print(error, file=sys.stderr)
        return 1
    if not check:
        write(files, target)
        return 0
    problems = list(differences(files, target))
    for problem in problems:
        print(problem)
    if problems:
        print(f"run: {COMMAND}")
    return 1 if problems else 0


def generate(specs: Path) -> dict[str, bytes]:
    """The contents of all files by name."""
    admin, archive = specs / "admin.yaml", specs / "archive.yaml"
    return {
        "__init__.py": _formatted("__init__.py", f"{_banner(admin, archive)}\n{_PACKAGE}"),
        "admin.json": _as_json(admin),
        "admin.py": _formatted("admin.py", _models("models", _read(admin), _banner(admin))),
        "archive.json": _as_json(archive),
        "archive.py": _formatted("archive.py", _models("models", _read(archive), _banner(archive))),
        "sample_structs.py": _formatted(
            "sample_structs.py", _models("sample-structs", _schemas_of_samples(_read(archive)), _banner(archive))
        ),
    }


def write(files: Mapping[str, bytes], target: Path) -> None:
    """Makes the directory contain these files and no others."""
    target.mkdir(parents=True, exist_ok=True)
    for name in _present(target) - files.keys():
        (target / name).unlink()
    for name, content in files.items():
        (target / name).write_bytes(content)


def differences(files: Mapping[str, bytes], target: Path) -> Iterator[str]:
    """One line for each file that is missing, is one too many, or has other bytes."""
    present = _present(target)
    for name in sorted(files.keys() | present):
        if name not in present:
            yield f"{target / name} is missing"
        elif name not in files:
            yield f"{target / name} is not a generated file"
        elif (target / name).read_bytes() != files[name]:
            yield f"{target / name} is not what the specification gives"


def _present(target: Path) -> set[str]:
    found = (path.relative_to(target) for path in target.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if "__pycache__" not in path.parts}


def _read(spec: Path) -> dict[str, Any]:
    return yaml.safe_load(spec.read_text(encoding="utf-8"))


def _origin(*specs: Path) -> list[str]:
    return [f"spec/{spec.name} (SHA-256 {hashlib.sha256(spec.read_bytes()).hexdigest()})" for spec in specs]


def _banner(*specs: Path) -> str:
    origin = [f"#   {line}" for line in _origin(*specs)]
    # Descriptions are not written as docstrings: they have paragraphs, and backslashes.
    lint = "# ruff: noqa: D205, D301"
    return "\n".join([f"# Generated, do not edit. Change the specification and run: {COMMAND}", *origin, lint])


def _as_json(spec: Path) -> bytes:
    generated = {"origin": _origin(spec)[0], "command": COMMAND}
    return json.dumps({**_read(spec), "x-generated": generated}, ensure_ascii=False, indent=1).encode() + b"\n"


def _models(profile: str, spec: Mapping[str, Any], banner: str) -> str:
    """The code that datamodel-code-generator makes of a specification, not yet formatted."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "spec.yaml")
        path.write_text(yaml.safe_dump(spec, allow_unicode=True, sort_keys=False), encoding="utf-8")
        # The generator warns, and goes on, where it cannot express a schema: here a warning is an error.
        generator = (sys.executable, "-W", "error", "-m", "datamodel_code_generator")
        return _run(*generator, "--profile", profile, "--custom-file-header", banner, "--input", str(path))


def _schemas_of_samples(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A specification of nothing but samples, without texts."""
    schemas = spec["components"]["schemas"]
    wanted, found = ["Sample"], dict[str, Any]()
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = _without_texts(schemas[name])
            wanted.extend(_references(schemas[name]))
    ordered = {name: found[name] for name in schemas if name in found}
    return {**spec, "paths": {}, "components": {"schemas": ordered}}


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rpartition("/")[2]
        for member in schema.values():
            yield from _references(member)
    elif isinstance(schema, list):
        for element in schema:
            yield from _references(element)


def _without_texts(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        # A property may be called "description" as well; then it is a schema, not a text.
        return {
            name: _without_texts(member)
            for name, member in schema.items()
            if not (name == "description" and isinstance(member, str))
        }
    return [_without_texts(element) for element in schema] if isinstance(schema, list) else schema


def _formatted(name: str, code: str) -> bytes:
    # Ruff gets the name that the file will have, so that all settings of the project apply to it.
    path = str(GENERATED / name)
    code = _run("ruff", "check", "--fix-only", "--quiet", "--stdin-filename", path, "-", given=code)
    return _run("ruff", "format", "--quiet", "--stdin-filename", path, "-", given=code).encode()


def _run(tool: str, *arguments: str, given: str | None = None) -> str:
    command = (tool, *arguments) if tool == sys.executable else (sys.executable, "-m", tool, *arguments)
    done = subprocess.run(command, input=given, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 -- our own tools
    if done.returncode or done.stderr:
        raise GenerationError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr or done.stdout}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
