"""A scene file as something that fills simulators."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cassandra_pv_archiver.testing.simulator import SimulatedServer, Simulator
from cassandra_pv_archiver.testing.simulator.simulator import DEFAULT_SERVERS

from .checks import add_fault, find_server, problems
from .errors import problems_of_members, scene_error
from .filling import Recordings, fill
from .models import SceneFile, Server, User
from .reading import read_recordings, read_table


class Scene:
    """The contents of a scene file, for ``Simulator(scene=...)``.

    Attributes:
        servers: The servers of the cluster, in the order of the file.
        users: Who may log in, besides ``admin``, whose password is ``admin`` if it is not among them.
    """

    servers: tuple[SimulatedServer, ...]
    users: tuple[User, ...]

    def __init__(self, file: SceneFile, recordings: Recordings) -> None:
        self._file = file
        self._recordings = recordings
        self.users = file.users
        self._servers = _servers_of(file)
        self.servers = tuple(
            SimulatedServer(name=server.name) if server.id is None else SimulatedServer(server.id, server.name)
            for server in self._servers
        )

    def __call__(self, simulator: Simulator) -> None:
        """Puts everything into a simulator that has the servers of the scene.

        Args:
            simulator: The simulator.

        Raises:
            ValueError: It has other servers.
        """
        if simulator.servers != self.servers:
            raise ValueError("The simulator has other servers than the scene: leave out its argument servers.")
        for user in self.users:
            simulator.add_user(user.name, user.password, administrator=user.administrator)
        for channel in self._file.channels:
            fill(simulator, channel, find_server(channel.server, self._servers), self._recordings)
        for fault in self._file.faults:
            add_fault(simulator.faults, fault, self._servers)


def load_scene(path: str | os.PathLike[str]) -> Scene:
    """Reads a scene file.

    Args:
        path: A file whose name ends with ``.toml``, ``.yaml`` or ``.yml``. What it may say stands in the documentation,
            and in `scene_schema`.

    Returns:
        What ``Simulator(scene=...)`` takes. Times that count from now do so from the construction of the simulator, or
        from its last ``reset``.

    Raises:
        OSError: The file cannot be read.
        SceneError: The file is not a scene; the message says where and why.
        MissingExtraError: It is in YAML, and PyYAML is not installed.
    """
    file = Path(path)
    data = read_table(file)
    try:
        scene = SceneFile.model_validate(data)
    except ValidationError as error:
        raise scene_error(file, data, problems_of_members(error)) from None
    recordings, unreadable = read_recordings(file, scene)
    found = [*problems(scene, _servers_of(scene), time.time_ns()), *unreadable]
    if found:
        raise scene_error(file, data, found)
    return Scene(scene, recordings)


def scene_schema() -> dict[str, Any]:
    """The JSON Schema of scene files, with which editors complete and check them."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SceneFile.model_json_schema()}


def _servers_of(scene: SceneFile) -> tuple[Server, ...]:
    return scene.servers or tuple(Server.model_validate({"id": server_id}) for server_id in DEFAULT_SERVERS)
