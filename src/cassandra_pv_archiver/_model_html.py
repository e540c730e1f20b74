"""Models as notebooks show them: one as a list of its members, several as a table."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from ._html import SEVERITY_COLOURS, bold, box, escaped, faint, shortened, table

__all__ = ["channels_html", "model_html"]

_ROWS = 20
_LONGEST_TEXT = 200
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))
_BAD_STATES = {"error": "MAJOR", "disconnected": "INVALID"}
_CHANNEL_COLUMNS = {
    "channel_name": "channel",
    "control_system_name": "control system",
    "enabled": "enabled",
    "state": "state",
    "error_message": "error",
    "decimation_levels": "decimation levels",
    "decimation_level_to_retention_period": "decimation levels, and how long kept",
    "total_samples_written": "written",
    "total_samples_dropped": "dropped",
    "server_name": "server",
}


def model_html(model: BaseModel) -> str:
    """The members of a model, one below the other."""
    rows = [[escaped(name.replace("_", " ")), _cell(name, _shown(model, name))] for name in _names(type(model))]
    return box(bold(escaped(type(model).__name__)), table([], rows))


def channels_html(channels: Sequence[BaseModel], note: str = "") -> str:
    """How many channels there are, also by state or server, and a table of the first ones."""
    count = f"{len(channels):,} channel{'' if len(channels) == 1 else 's'}"
    by_what = "state" if channels and hasattr(channels[0], "state") else "server_name"
    counts = Counter(str(getattr(channel, by_what)) for channel in channels)
    parts = [count, *(f"{name}: {number:,}" for name, number in counts.most_common() if name != "None"), note]
    more = f"and {len(channels) - _ROWS:,} more" if len(channels) > _ROWS else ""
    return box(bold(escaped(", ".join(filter(None, parts)))), _models(channels[:_ROWS], _CHANNEL_COLUMNS), faint(more))


def _names(model: type[BaseModel]) -> list[str]:
    return list(model.model_fields)


def _shown(model: BaseModel, name: str) -> Any:
    """A time as a ``datetime``, everything else as it is."""
    readable = f"{name.removesuffix('time')}datetime" if name == "time" or name.endswith("_time") else name
    return getattr(model, readable if hasattr(type(model), readable) else name)


def _models(models: Sequence[BaseModel], headers: Mapping[str, str] | None = None) -> str:
    if not models:
        return ""
    known = _names(type(models[0]))
    wanted = {name: name.replace("_", " ") for name in known} if headers is None else headers
    names = [name for name in wanted if name in known]
    rows = [[_cell(name, _shown(model, name)) for name in names] for model in models]
    used = [place for place in range(len(names)) if headers is None or any(row[place] for row in rows)]
    return table([escaped(wanted[names[place]]) for place in used], ([row[place] for place in used] for row in rows))


def _cell(name: str, value: Any) -> str:
    if isinstance(value, BaseModel):
        return model_html(value)
    if isinstance(value, list | tuple) and value and isinstance(value[0], BaseModel):
        return _models(value)  # pyright: ignore[reportUnknownArgumentType] -- all of them are, in this package
    if name == "state" and value in _BAD_STATES:
        return f'<span style="color:{SEVERITY_COLOURS[_BAD_STATES[value]]}">{escaped(str(value))}</span>'
    text = _text(name, value)
    return escaped(shortened(text, _LONGEST_TEXT)) if text else ""


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if name == "decimation_levels":
        return ", ".join(map(_level, value))
    if name == "decimation_level_to_retention_period":
        return ", ".join(f"{_level(level)} ({_period(period)})" for level, period in value.items())
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={member}" for key, member in value.items())  # pyright: ignore[reportUnknownVariableType] -- of a JSON value
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))  # pyright: ignore[reportUnknownArgumentType] -- of a JSON value
    return str(value)


def _level(seconds: int) -> str:
    return "raw" if seconds == 0 else _period(seconds)


def _period(seconds: int) -> str:
    if seconds <= 0:
        return "for ever"
    return next((f"{seconds // unit:,} {name}" for unit, name in _UNITS if seconds % unit == 0), f"{seconds:,} s")
