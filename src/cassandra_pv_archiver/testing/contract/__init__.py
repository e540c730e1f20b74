"""Checks of live servers against the specifications and the behaviour of release 3.2.6.

``cpva contract`` runs them, and so does
``pytest --pyargs cassandra_pv_archiver.testing.contract --admin-url ... --archive-url ...``.
"""

from .findings import Finding, NotAuthorisedError, NotReachableError, UnsafeError
from .report import Baseline, Known, Report, Result, Verdict
from .runner import run_checks
from .settings import Settings
from .wire import Credentials

__all__ = [
    "Baseline",
    "Credentials",
    "Finding",
    "Known",
    "NotAuthorisedError",
    "NotReachableError",
    "Report",
    "Result",
    "Settings",
    "UnsafeError",
    "Verdict",
    "run_checks",
]
