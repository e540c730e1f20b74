"""The page that says how exact the simulator is lists what the tests leave out, and nothing else."""

from __future__ import annotations

from pathlib import Path

from .fidelity import BODIES, CHECKS, LENGTHS, MEMBERS

PAGE = Path(__file__).parents[2] / "docs" / "pages" / "simulator-fidelity.md"


def rows(first_heading: str) -> list[tuple[str, ...]]:
    """The rows of the table that has this heading over its first column."""
    lines = PAGE.read_text("utf-8").splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith(f"| {first_heading} |"))
    found: list[tuple[str, ...]] = []
    for line in lines[begin + 2 :]:
        if not line.startswith("|"):
            break
        found.append(tuple(cell.strip() for cell in line.strip("|").split("|")))
    return found


def test_what_is_not_reproduced() -> None:
    expected = [(f"`{member}`", reason) for member, reason in MEMBERS.items()]
    expected += BODIES.items()
    expected += [(f"`Content-Length` of `{name}`", reason) for name, reason in LENGTHS.items()]
    assert rows("What") == expected


def test_checks_that_are_switched_off() -> None:
    assert rows("Operation") == [
        (f"`{operation}`", f"`{check}`", section, reason) for (operation, check), (section, reason) in CHECKS.items()
    ]
