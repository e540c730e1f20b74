"""What came out: a result for each check, and the baseline of findings that are known."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from .findings import Finding, general_pointer
from .json_text import as_object, as_objects
from .registry import Check


class Verdict(Enum):
    """What a check says about the server."""

    CONFIRMED = "confirmed"
    DEVIATES = "deviates"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of one check.

    Attributes:
        check: The check.
        verdict: What it says; findings that the baseline accepts are no deviation.
        findings: What deviates.
        accepted: What deviates, but is in the baseline.
        reason: Why it is not applicable.
    """

    check: Check
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    accepted: tuple[Finding, ...] = ()
    reason: str = ""


class Known(NamedTuple):
    """A finding of the baseline: the check, and the JSON pointer with ``*`` in the place of numbers."""

    check: str
    pointer: str


class Baseline:
    """Findings that are accepted.

    Args:
        known: The findings.
    """

    def __init__(self, known: Iterable[Known] = ()) -> None:
        self.known: frozenset[Known] = frozenset(Known(one.check, general_pointer(one.pointer)) for one in known)

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Reads a baseline.

        Raises:
            ValueError: The file is none.
            OSError: It cannot be read.
        """
        accepted: Any = as_object(json.loads(path.read_text("utf-8"))).get("accepted")
        known = [Known(entry["check"], entry["pointer"]) for entry in as_objects(accepted) if _is_entry(entry)]
        if not isinstance(accepted, list) or len(known) != len(as_list(accepted)):
            raise ValueError(
                f'{path} is no baseline; write {{"accepted": [{{"check": "admin.channels.all", "pointer": "/x"}}]}}'
            )
        return cls(known)

    @staticmethod
    def write(path: Path, results: Iterable[Result]) -> None:
        """Writes a baseline that accepts all findings of these results."""
        found = {
            _known(result.check, finding) for result in results for finding in (*result.findings, *result.accepted)
        }
        accepted = [known._asdict() for known in sorted(found)]
        path.write_text(json.dumps({"accepted": accepted}, indent=2, ensure_ascii=False) + "\n", "utf-8")

    def judged(self, check: Check, findings: Sequence[Finding]) -> Result:
        """The result of a check that has found something, or nothing."""
        accepted = tuple(finding for finding in findings if _known(check, finding) in self.known)
        rest = tuple(finding for finding in findings if finding not in accepted)
        return Result(check, Verdict.DEVIATES if rest else Verdict.CONFIRMED, rest, accepted)

    def vanished(self, results: Sequence[Result]) -> list[Known]:
        """What the baseline accepts, but was not found by the checks that could have found it."""
        found = {_known(result.check, finding) for result in results for finding in result.accepted}
        made = {result.check.name for result in results if result.verdict is not Verdict.NOT_APPLICABLE}
        return sorted(known for known in self.known - found if known.check in made)


def as_list(value: Any) -> list[Any]:
    """The value, which is a list."""
    return value


def _is_entry(entry: dict[str, Any]) -> bool:
    return isinstance(entry.get("check"), str) and isinstance(entry.get("pointer"), str)


def _known(check: Check, finding: Finding) -> Known:
    return Known(check.name, general_pointer(finding.pointer))


@dataclass(slots=True)
class Report:
    """What came out of a run.

    Attributes:
        admin_url: The administrative service.
        archive_url: The archive-access service.
        write_prefix: The prefix of the channels that were created, or None.
        results: A result for each check that was made, in order.
        vanished: What the baseline accepts but was not found any more.
        left: Channels that could not be removed.
        stopped: Why the run ended early, or None.
    """

    admin_url: str
    archive_url: str
    write_prefix: str | None = None
    results: list[Result] = field(default_factory=list[Result])
    vanished: list[Known] = field(default_factory=list[Known])
    left: list[str] = field(default_factory=list[str])
    stopped: str | None = None

    def count(self, verdict: Verdict) -> int:
        """How many checks said so."""
        return sum(result.verdict is verdict for result in self.results)

    @property
    def deviates(self) -> bool:
        """Whether anything deviates that is not accepted, or a channel could not be removed."""
        return bool(self.left) or self.count(Verdict.DEVIATES) > 0

    def as_json(self) -> dict[str, Any]:
        """The report as members of a JSON object."""
        return {
            "adminUrl": self.admin_url,
            "archiveUrl": self.archive_url,
            "writePrefix": self.write_prefix,
            "stopped": self.stopped,
            "summary": {verdict.value: self.count(verdict) for verdict in Verdict},
            "checks": list(map(_result_as_json, self.results)),
            "vanished": [known._asdict() for known in self.vanished],
            "left": self.left,
        }


def _result_as_json(result: Result) -> dict[str, Any]:
    return {
        "check": result.check.name,
        "title": result.check.title,
        "section": result.check.section,
        "result": result.verdict.value,
        "reason": result.reason or None,
        "findings": list(map(asdict, result.findings)),
        "accepted": list(map(asdict, result.accepted)),
    }
