"""A simulator of both services that shares no code with the clients."""

from . import faults
from .fault_registry import ActiveFault, Exchange, Faults
from .given_samples import double_sample, marker_sample
from .messages import SimulatorRequest, SimulatorResponse
from .running import ReceivedRequest, RunningServer, RunningSimulator
from .servers import SimulatedServer
from .simulator import Simulator

__all__ = [
    "ActiveFault",
    "Exchange",
    "Faults",
    "ReceivedRequest",
    "RunningServer",
    "RunningSimulator",
    "SimulatedServer",
    "Simulator",
    "SimulatorRequest",
    "SimulatorResponse",
    "double_sample",
    "faults",
    "marker_sample",
]
