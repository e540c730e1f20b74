"""The base class of the generated structs that samples are read into."""

from __future__ import annotations

import msgspec

__all__ = ["SampleStruct"]


class SampleStruct(msgspec.Struct, gc=False):
    """A sample as it is read, before it becomes a part of columns.

    Structs without reference cycles need no garbage collector, which would otherwise look at all of them again and
    again while a reply is read.
    """
