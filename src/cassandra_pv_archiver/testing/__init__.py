"""A simulator of both web services, for tests and for trying things out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .month import month_scene
    from .scene_files import Scene, SceneError, load_scene, scene_schema
    from .simulator import (
        Exchange,
        ReceivedRequest,
        RunningServer,
        RunningSimulator,
        SimulatedServer,
        Simulator,
        SimulatorRequest,
        SimulatorResponse,
        double_sample,
        faults,
        marker_sample,
    )
    from .transports import SimulatorTransport

__all__ = [
    "Exchange",
    "ReceivedRequest",
    "RunningServer",
    "RunningSimulator",
    "Scene",
    "SceneError",
    "SimulatedServer",
    "Simulator",
    "SimulatorRequest",
    "SimulatorResponse",
    "SimulatorTransport",
    "double_sample",
    "faults",
    "load_scene",
    "marker_sample",
    "month_scene",
    "scene_schema",
]

_ELSEWHERE = {"SimulatorTransport": "transports", "month_scene": "month"} | dict.fromkeys(
    ("Scene", "SceneError", "load_scene", "scene_schema"), "scene_files"
)


def __getattr__(name: str) -> Any:
    # Resolved on first use, so that the pytest plugin costs nothing where it is not used.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _ELSEWHERE.get(name, "simulator")
    return getattr(import_module(f".{module}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
