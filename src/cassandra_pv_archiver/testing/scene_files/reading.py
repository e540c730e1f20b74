"""The files that a scene is made of, as Python has them: TOML, YAML, and recorded samples in JSON."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Hashable
from pathlib import Path
from typing import Any, cast

from cassandra_pv_archiver.errors import MissingExtraError
from cassandra_pv_archiver.testing.simulator.sample_contexts import from_json

from .checks import Problem
from .errors import SceneError
from .filling import Recordings
from .models import Recorded, SceneFile

_SHORT_FLOAT = re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+$")


def read_table(file: Path) -> dict[str, Any]:
    """The contents of a TOML or YAML file.

    Raises:
        OSError: It cannot be read.
        SceneError: It is neither.
        MissingExtraError: It is in YAML, and PyYAML is not installed.
    """
    reader = {".toml": tomllib.loads, ".yaml": _read_yaml, ".yml": _read_yaml}.get(file.suffix.lower())
    if reader is None:
        raise SceneError(str(file), ("the name of a scene file ends with .toml, .yaml or .yml",))
    try:
        data = reader(file.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SceneError(str(file), (f"it is not UTF-8: see the byte at {error.start}",)) from error
    except ValueError as error:
        raise SceneError(str(file), (str(error),)) from error
    except RecursionError as error:
        raise SceneError(str(file), ("it has too many brackets within each other",)) from error
    if not isinstance(data, dict):
        raise SceneError(str(file), (f"a table with members such as 'channels' is wanted, not {data!r}",))
    return cast("dict[str, Any]", data)


def _read_yaml(text: str) -> object:
    try:
        import yaml
    except ImportError as error:
        raise MissingExtraError("PyYAML", "yaml") from error

    class Loader(yaml.SafeLoader):
        """Reads 1e-9 as a number, as everybody but YAML 1.1 does, and refuses a member that is there twice."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
            names = [name.value for name, _ in node.value]
            twice = next((name for name, _ in node.value if names.count(name.value) > 1), None)
            if twice is not None:
                raise yaml.constructor.ConstructorError(None, None, f"{twice.value!r} is there twice", twice.start_mark)
            return super().construct_mapping(node, deep)

    resolvers: Any = Loader
    resolvers.add_implicit_resolver("tag:yaml.org,2002:float", _SHORT_FLOAT, list("-+0123456789"))
    try:
        return yaml.load(text, Loader)  # noqa: S506 -- it is a safe loader
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def read_recordings(file: Path, scene: SceneFile) -> tuple[Recordings, list[Problem]]:
    """The samples of all files that a scene names, and what is wrong with them."""
    recordings: Recordings = {}
    problems: list[Problem] = []
    for place, source in _recorded(scene):
        try:
            recordings[source.file] = _samples(json.loads((file.parent / source.file).read_bytes()))
        except OSError as error:
            problems.append((place, f"{source.file!r} cannot be read: {error.strerror}"))
        except (ValueError, TypeError, KeyError) as error:
            text = (
                f"{source.file!r} is not a list of samples as the service sends them ({type(error).__name__}: {error})"
            )
            problems.append((place, text))
    return recordings, problems


def _recorded(scene: SceneFile) -> list[tuple[tuple[str | int, ...], Recorded]]:
    return [
        (("channels", number, "samples", each, "file"), source)
        for number, channel in enumerate(scene.channels)
        for each, source in enumerate(channel.samples)
        if isinstance(source, Recorded)
    ]


def _samples(read: object) -> list[dict[str, Any]]:
    if not isinstance(read, list):
        raise TypeError("it is not a list")
    samples = cast("list[dict[str, Any]]", read)
    for sample in samples:
        from_json(sample)
        int(sample["time"])
    return samples
