"""A simulator of both web services, for tests and for trying things out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .simulator import (
        RunningServer,
        RunningSimulator,
        SimulatedServer,
        Simulator,
        SimulatorRequest,
        SimulatorResponse,
        double_sample,
        faults,
    )
    from .transports import SimulatorTransport

__all__ = [
    "RunningServer",
    "RunningSimulator",
    "SimulatedServer",
    "Simulator",
    "SimulatorRequest",
    "SimulatorResponse",
    "SimulatorTransport",
    "double_sample",
    "faults",
]


def __getattr__(name: str) -> Any:
    # Resolved on first use, so that the pytest plugin costs nothing where it is not used.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "transports" if name == "SimulatorTransport" else "simulator"
    return getattr(import_module(f".{module}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
