"""A simulator of both services that shares no code with the clients."""

from .cluster import SimulatedServer
from .messages import SimulatorRequest, SimulatorResponse
from .simulator import RunningServer, RunningSimulator, Simulator, double_sample

__all__ = [
    "RunningServer",
    "RunningSimulator",
    "SimulatedServer",
    "Simulator",
    "SimulatorRequest",
    "SimulatorResponse",
    "double_sample",
]
