"""What can go wrong with a request.

Each of these is a fault for `Faults.add`; so is any function that takes an `Exchange` and gives a reply. Faults can be
combined: each one gets the reply of the next, and whatever that is, it makes something of it or leaves it as it is.
"""

from .compression_faults import Gzip, GzipBomb
from .connection_faults import Break, Delay, Refuse, ServerDies
from .fault_registry import ActiveFault, Exchange, Fault, Faults
from .messages import SimulatorRequest, SimulatorResponse
from .reply_faults import ContentType, EndEarly, Garbage, NestedBrackets, Padding, Redirect, Reply
from .sample_faults import CutArray, DatabaseFails, DuplicateSamples, TooManySamples, WrongOrder

__all__ = [
    "ActiveFault",
    "Break",
    "ContentType",
    "CutArray",
    "DatabaseFails",
    "Delay",
    "DuplicateSamples",
    "EndEarly",
    "Exchange",
    "Fault",
    "Faults",
    "Garbage",
    "Gzip",
    "GzipBomb",
    "NestedBrackets",
    "Padding",
    "Redirect",
    "Refuse",
    "Reply",
    "ServerDies",
    "SimulatorRequest",
    "SimulatorResponse",
    "TooManySamples",
    "WrongOrder",
]
