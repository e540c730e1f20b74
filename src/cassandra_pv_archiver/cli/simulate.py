"""``cpva simulate``: a simulated cluster on real sockets, for programs in any language."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import typer

from cassandra_pv_archiver.errors import MissingExtraError
from cassandra_pv_archiver.testing import RunningSimulator, SceneError, Simulator, load_scene, month_scene, scene_schema
from cassandra_pv_archiver.testing.scenes import demo_scene

_STOPPING = (signal.SIGINT, signal.SIGTERM)
_HIGHEST_PORT = 65535
_MONTH = "month"
_ADMIN: dict[str, object] = {"name": "admin", "password": "admin", "administrator": True}


def run(scene: Path | None, admin_port: str, archive_port: str, *, as_json: bool) -> None:
    """Serves a scene until Ctrl-C or SIGTERM.

    Args:
        scene: The scene file, ``month`` for the month of the tutorial; None for the scene of the demo.
        admin_port: The port of the administrative service of the first server, which those of the others follow, or
            one for each server, with commas between; 0 for any.
        archive_port: Likewise, of the archive-access service.
        as_json: Whether addresses are printed as JSON.
    """
    with _until_told_to_stop() as wait:
        simulator, users = _loaded(scene)
        ports = _ports(admin_port, archive_port, len(simulator.servers))
        try:
            with simulator.serve(ports) as running:
                typer.echo(_as_json(simulator, running, users) if as_json else _as_text(simulator, running, users))
                wait()
        except OSError as error:
            _refuse(f"{error.strerror or error}. Choose another port, or 0 for any.")


def print_schema() -> None:
    """Prints the JSON Schema of scene files."""
    typer.echo(json.dumps(scene_schema(), indent=2))


def _refuse(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(2)


def _loaded(file: Path | None) -> tuple[Simulator, list[dict[str, object]]]:
    """A simulator and its users."""
    if file is None:
        return demo_scene(), [_ADMIN]
    if str(file) == _MONTH and not file.exists():
        return Simulator(scene=month_scene), [_ADMIN]
    try:
        scene = load_scene(file)
    except OSError as error:
        _refuse(f"{file} cannot be read: {error.strerror}")
    except (SceneError, MissingExtraError) as error:
        _refuse(str(error))
    others: list[dict[str, object]] = [user.model_dump() for user in scene.users]
    admins = [] if any(user["name"] == "admin" for user in others) else [_ADMIN]
    return Simulator(scene=scene), [*admins, *others]


def _ports(admin: str, archive: str, servers: int) -> list[int]:
    """The ports in the order of `Simulator.serve`."""
    pairs = zip(_numbers("--admin-port", admin, servers), _numbers("--archive-port", archive, servers), strict=True)
    ports = [port for pair in pairs for port in pair]
    twice = [port for port in ports if port and ports.count(port) > 1]
    if twice:
        _refuse(f"Port {twice[0]} would be used twice; give a port for each server, such as --admin-port 4812,4822.")
    return ports


def _numbers(option: str, text: str, servers: int) -> list[int]:
    try:
        numbers = [int(number) for number in text.split(",")]
    except ValueError:
        _refuse(f"{option} {text} is not a port: write a number, or one for each server, such as 4812,4822.")
    if len(numbers) == 1:
        first = numbers[0]
        numbers = [first + number if first else 0 for number in range(servers)]
    if len(numbers) != servers:
        _refuse(f"{option} {text} gives {len(numbers)} ports for {servers} servers: write one, or {servers}.")
    if not all(0 <= number <= _HIGHEST_PORT for number in numbers):
        _refuse(f"{option} {text}: ports are 1 to {_HIGHEST_PORT}, or 0 for any.")
    return numbers


def _as_text(simulator: Simulator, running: RunningSimulator, users: Sequence[dict[str, object]]) -> str:
    servers = [
        f"  admin {where.admin_url}   archive {where.archive_url}   server {where.server_id} {server.name}"
        for server, where in zip(simulator.servers, running.servers, strict=True)
    ]
    said = [f"user {user['name']}, password {user['password']}" for user in users]
    return "\n".join(["A simulated cluster answers:", *servers, *(f"  {line}" for line in said), "Ctrl-C stops it."])


def _as_json(simulator: Simulator, running: RunningSimulator, users: Sequence[dict[str, object]]) -> str:
    servers = [
        {
            "server_id": str(where.server_id),
            "server_name": server.name,
            "admin_url": where.admin_url,
            "archive_url": where.archive_url,
        }
        for server, where in zip(simulator.servers, running.servers, strict=True)
    ]
    return json.dumps({"servers": servers, "users": users})


@contextmanager
def _until_told_to_stop() -> Generator[Callable[[], object]]:
    """Gives a function that waits for Ctrl-C or SIGTERM, neither of which does anything else meanwhile.

    A signal that comes early is not lost, and none breaks into what is being closed.
    """
    receiving, sending = socket.socketpair()
    with receiving, sending:
        sending.setblocking(False)
        before = {number: signal.signal(number, _do_nothing) for number in _STOPPING}
        wakes = signal.set_wakeup_fd(sending.fileno(), warn_on_full_buffer=False)
        try:
            yield lambda: receiving.recv(1)
        finally:
            signal.set_wakeup_fd(wakes)
            for number, handler in before.items():
                signal.signal(number, handler)


def _do_nothing(number: int, frame: FrameType | None) -> None:
    """Takes the place of what a signal does by itself; that it came is noticed elsewhere."""
