"""Options of the Channel Access support and what a channel says about wrong ones (section 8 of the reference)."""

from __future__ import annotations

import pytest

from .asking import channel_of, new_simulator, read

MASK = 'Invalid token in Channel Access event mask: "{}".'
NO_NUMBER = "This value does not represent a valid double-precision floating-point number."
NO_FLAG = 'Invalid value for boolean flag. The value must be "true" or "false".'
TOO_CLOSE = "The specified value is too close to zero (its absolute value is too small)."
SECONDS = ("maxClockSkew", "maxUpdatePeriod", "minUpdatePeriod")
MASKS = ("monitorMask", "metaDataMonitorMask")
FLAGS = ("writeSampleWhenDisabled", "writeSampleWhenDisconnected")

GOOD: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
    (("clockSource",), ("local", "ORIGIN", "Prefer_Origin", "")),
    (("enablingChannel",), ("any:channel", "")),
    (MASKS, ("value", "ARCHIVE,alarm", "|value||property, \talarm|", "")),
    (FLAGS, ("true", "FALSE", "")),
    (SECONDS, ("0", "-0.0", " 1.5 ", "1e3", "1.e2d", ".5f", "+7", "0x1p4", "0x.8P+1D", "5e-10", "9.2e9", "")),
]
BAD: list[tuple[tuple[str, ...], str, str]] = [
    (("clockSource",), "prefer origin", "There is no such enum value for this type."),
    (FLAGS, "yes", NO_FLAG),
    (FLAGS, " true", NO_FLAG),
    (MASKS, "value;alarm", MASK.format("value;alarm")),
    (MASKS, "value, logs", MASK.format("logs")),
    (MASKS, " ,|\t", "The Channel Access event mask must not be empty."),
    *((SECONDS, value, NO_NUMBER) for value in ("one", "1,5", "0x10", "1 s", "nan", "inf", "1_0", "--1", "1e", " ")),
    *((SECONDS, value, "The value must represent a finite number.") for value in ("NaN", "-Infinity", "1e999")),
    (SECONDS, "0x1p99999", "The value must represent a finite number."),
    (SECONDS, "9223372037", "The specified value is too large."),
    (SECONDS, "-1e10", "The specified value is too small."),
    (SECONDS, "4e-10", TOO_CLOSE),
    (SECONDS, "-4e-10", TOO_CLOSE),
    (SECONDS, "-0.5", "The value must not be negative."),
]


def state_with(options: dict[str, str], *, enabled: bool = True) -> tuple[str, str | None]:
    simulator = new_simulator()
    simulator.add_channel("x", options=options, enabled=enabled)
    shown = channel_of(simulator, "x")
    assert shown["options"] == options
    return shown["state"], shown["errorMessage"]


@pytest.mark.parametrize(
    ("option", "value"), [(option, value) for options, values in GOOD for option in options for value in values]
)
def test_a_good_value(option: str, value: str) -> None:
    assert state_with({option: value}) == ("ok", None)


@pytest.mark.parametrize(
    ("option", "value", "reason"), [(option, value, reason) for options, value, reason in BAD for option in options]
)
def test_a_bad_value(option: str, value: str, reason: str) -> None:
    shown = value.replace("\t", "\\t")
    expected = f'The control-system option "{option}" has the invalid value "{shown}": {reason}'
    assert state_with({option: value}) == ("error", expected)
    assert state_with({option: value}, enabled=False) == ("error", expected)


@pytest.mark.parametrize("value", ["", "1"])
def test_an_unknown_name_is_an_error_whatever_its_value(value: str) -> None:
    assert state_with({"MonitorMask": value}) == (
        "error",
        'The control-system option "MonitorMask" is not supported.',
    )


def test_the_first_bad_option_in_the_order_of_names_is_reported() -> None:
    message = state_with({"monitorMask": "x", "clockSource": "x", "zzz": "x"})[1]
    assert message is not None
    assert '"clockSource"' in message


@pytest.mark.parametrize(
    ("longest", "shortest", "fits"),
    [("2", "1", True), ("1", "1", True), ("0", "5", True), ("5", "0", True), ("", "5", True), ("1", "1.5", False)],
)
def test_the_update_periods_must_fit(longest: str, shortest: str, fits: bool) -> None:
    state = state_with({"maxUpdatePeriod": longest, "minUpdatePeriod": shortest})
    reason = "The maxUpdatePeriod cannot be less than the minUpdatePeriod."
    message = f'The control-system option "maxUpdatePeriod" has the invalid value "{longest}": {reason}'
    assert state == (("ok", None) if fits else ("error", message))


def test_a_type_that_is_not_installed() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", control_system_type='ta"ngo', options={"monitorMask": "nonsense"})
    shown = channel_of(simulator, "x")
    assert (shown["controlSystemName"], shown["state"]) == ('ta"ngo', "error")
    assert shown["errorMessage"] == 'Control system support "ta\\"ngo" could not be found.'
    assert read(simulator, "server-status/this-server")["channelsError"] == "1"
