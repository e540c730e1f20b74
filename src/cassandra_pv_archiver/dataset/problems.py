"""What can be wrong with a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .coverage import Span
from .manifest import Entry, Failure
from .texts import number_text

__all__ = ["DatasetProblem", "Found", "ProblemKind", "VerifyResult"]

ProblemKind: TypeAlias = Literal[
    "missing", "changed", "unreadable", "unknown", "overlap", "incomplete", "differs", "unchecked"
]


@dataclass(frozen=True, slots=True)
class DatasetProblem:
    """Something about a dataset that is not as it should be.

    Attributes:
        kind: ``'missing'`` for a file that is not there; ``'changed'`` for one that is not what was written;
            ``'unreadable'`` for one that is no file of this layout; ``'unknown'`` for one that the manifest does not
            have; ``'overlap'`` for samples that two files have; ``'incomplete'`` for ranges that exports were asked for
            and that no file has, because an export was interrupted or the manifest has lost an entry; ``'differs'`` for
            samples that the archive has in another way; ``'unchecked'`` if the archive did not answer.
        file: The file concerned; None for what has none.
        message: What is wrong.
        repaired: Whether it is right now.
    """

    kind: ProblemKind
    file: str | None
    message: str
    repaired: bool = False

    def __str__(self) -> str:
        where = f"{self.file}: " if self.file is not None else ""
        return f"{self.kind}{' (repaired)' if self.repaired else ''}: {where}{self.message}"


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What verifying a dataset has shown.

    Attributes:
        files: The number of files that were looked at.
        samples: The number of samples that they have.
        compared: The number of parts of channels of which samples were compared with the archive one by one.
        problems: What is not as it should be.
        failures: What could not be read for the repair.
        probed: The number of edges of parts that were looked up in the archive.
    """

    files: int
    samples: int
    compared: int
    problems: tuple[DatasetProblem, ...]
    failures: tuple[Failure, ...] = ()
    probed: int = 0

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong, or all of it was repaired."""
        return all(problem.repaired for problem in self.problems) and not self.failures

    def __str__(self) -> str:
        compared = f", {number_text(self.compared, 'part')} compared with the archive" if self.compared else ""
        looked = f"{number_text(self.files, 'file')}, {number_text(self.samples, 'sample')}{compared}"
        lines = [f"{looked}: {'all is right' if self.is_right else 'something is wrong'}"]
        lines += [f"  {problem}" for problem in self.problems]
        lines += [f"  {failure.channel} is {failure.reason}: {failure.message}" for failure in self.failures]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Found:
    """A problem, and what has to be done about it.

    Attributes:
        problem: The problem.
        entries: Entries that have to be written again.
        spans: Ranges that have to be read, by channel.
        delete: A file that has to go.
    """

    problem: DatasetProblem
    entries: tuple[Entry, ...] = ()
    spans: Mapping[str, Sequence[Span]] = field(default_factory=dict[str, Sequence[Span]])
    delete: str | None = None
