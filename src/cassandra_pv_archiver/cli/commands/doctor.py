"""``cpva doctor``: what keeps the rest from working."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import typer

from cassandra_pv_archiver.cli.failures import Status
from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.session import Session, session_of

if TYPE_CHECKING:
    from cassandra_pv_archiver.cli.checks import Finding

_PARTS = ("httpx", "pydantic", "numpy", "msgspec", "typer", "rich", "pandas", "polars", "pyarrow", "matplotlib")
_STYLES = {"ok": "green", "problem": "bold red", "not checked": "dim"}


@examples("cpva doctor")
def doctor(context: typer.Context) -> None:
    """Check that everything is there: services, clocks, credentials.

    Credentials are checked with an empty list of commands, which changes nothing. The exit status is that of the
    worst problem: 3 if a service cannot be reached, 4 if user name or password are wrong, 1 for others.
    """
    from cassandra_pv_archiver.cli.checks import examine

    session = session_of(context)
    with session.progress("Examining"):
        findings = list(examine(session))
    if session.as_json:
        session.output.json({"findings": [_as_json(finding) for finding in findings], "versions": _versions()})
    else:
        _print(session, findings)
    statuses = {finding.status for finding in findings if finding.verdict == "problem"}
    for status in (Status.UNREACHABLE, Status.NOT_AUTHORISED, Status.USAGE, Status.PARTIAL):
        if status in statuses:
            raise typer.Exit(status)


def _as_json(finding: Finding) -> dict[str, object]:
    return {
        "subject": finding.subject,
        "verdict": finding.verdict,
        "found": finding.found,
        "advice": finding.advice or None,
    }


def _versions() -> dict[str, str]:
    versions = {"cassandra-pv-archiver-client": "", "Python": platform.python_version()}
    for part in ("cassandra-pv-archiver-client", *_PARTS):
        try:
            versions[part] = version(part)
        except PackageNotFoundError:
            continue
    return versions


def _print(session: Session, findings: list[Finding]) -> None:
    from rich.text import Text

    rows: list[tuple[object, ...]] = []
    for finding in findings:
        rows.append((Text(finding.verdict, _STYLES[finding.verdict]), finding.subject, finding.found))
        if finding.advice:
            rows.append(("", "", Text(finding.advice, "bold")))
    session.output.table(("", "What", "Found"), rows, wrap=("Found",))
    session.output.line("")
    versions = _versions()
    session.output.text("Versions: " + ", ".join(f"{part} {number}" for part, number in versions.items()), style="dim")
