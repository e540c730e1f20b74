"""All checks, in the order in which they are made."""

from __future__ import annotations

from . import (
    admin_checks,
    admin_protocol_checks,
    archive_checks,
    command_checks,
    count_checks,
    export_checks,
    import_checks,
    ownership_checks,
    refusal_checks,
    sample_checks,
    search_checks,
)
from .registry import Check, check

_MODULES = (
    admin_checks,
    admin_protocol_checks,
    export_checks,
    archive_checks,
    search_checks,
    sample_checks,
    count_checks,
    command_checks,
    ownership_checks,
    refusal_checks,
    import_checks,
)


def all_checks() -> tuple[Check, ...]:
    """All checks: first those of the administrative service, then the others, last those that change something."""
    places = {module.__name__: place for place, module in enumerate(_MODULES)}
    return tuple(sorted(check.checks, key=lambda one: places[one.body.__module__]))
