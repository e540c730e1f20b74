"""The JSON Schema of configuration files for people."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, TypeGuard

from .document import Document

__all__ = ["configuration_schema"]

_HEAD = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Configuration of a Cassandra PV Archiver cluster",
}


def configuration_schema() -> dict[str, Any]:
    """The JSON Schema of configuration files in YAML and TOML, with which editors complete and check them.

    It is also a file of the package, ``cassandra_pv_archiver/configuration/schema.json``.
    """
    return json.loads(files(__name__.rpartition(".")[0]).joinpath("schema.json").read_text("utf-8"))


def made_schema() -> dict[str, Any]:
    """The schema as it follows from the models; the file of the package is its copy."""
    made = _without_defaults(Document.model_json_schema(by_alias=True))
    return {**_HEAD, **{name: member for name, member in made.items() if name != "title"}}


def _is_table(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _without_defaults(value: Any) -> Any:
    """Leaves out titles made of names, and null and other defaults, which stand for members that are left out."""
    if _is_list(value):
        return [_without_defaults(element) for element in value if element != {"type": "null"}]
    if not _is_table(value):
        return value
    kept = {
        name: _without_defaults(member)
        for name, member in value.items()
        if name != "default" and not (name == "title" and isinstance(member, str))
    }
    if len(kept.get("anyOf", ())) == 1:
        (only,) = kept.pop("anyOf")
        return {**only, **kept}
    return kept
