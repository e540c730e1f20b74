"""The report as JUnit XML, as continuous integration reads it."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from .findings import Finding
from .report import Report, Result, Verdict

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(report: Report) -> str:
    """The report as an XML document."""
    suite = ET.Element(
        "testsuite",
        name="cassandra_pv_archiver.contract",
        tests=str(len(report.results) + (1 if report.left else 0)),
        failures=str(report.count(Verdict.DEVIATES) + (1 if report.left else 0)),
        errors="1" if report.stopped else "0",
        skipped=str(report.count(Verdict.NOT_APPLICABLE)),
    )
    for result in report.results:
        _add(suite, result)
    if report.left:
        case = ET.SubElement(suite, "testcase", classname="contract", name="cleaned-up")
        ET.SubElement(case, "failure", message="channels were left").text = _clean("\n".join(report.left))
    if report.stopped:
        case = ET.SubElement(suite, "testcase", classname="contract", name="complete")
        ET.SubElement(case, "error", message=_clean(report.stopped))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"


def _add(suite: ET.Element, result: Result) -> None:
    case = ET.SubElement(suite, "testcase", classname="contract", name=result.check.name)
    if result.verdict is Verdict.NOT_APPLICABLE:
        ET.SubElement(case, "skipped", message=_clean(result.reason))
    if result.findings:
        failure = ET.SubElement(case, "failure", message=f"deviates from section {result.check.section}")
        failure.text = _clean("\n\n".join(map(told_at_length, result.findings)))
    if result.accepted:
        accepted = "\n\n".join(map(told_at_length, result.accepted))
        ET.SubElement(case, "system-out").text = _clean(f"accepted by the baseline:\n{accepted}")


def told_at_length(finding: Finding) -> str:
    """A finding in a few lines."""
    more = f" and {finding.places - 1} more places" if finding.places > 1 else ""
    return (
        f"{finding.request}\n  at {finding.pointer or 'the reply as a whole'}{more}\n"
        f"  expected (section {finding.section}): {finding.expected}\n  found: {finding.found}"
    )


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
