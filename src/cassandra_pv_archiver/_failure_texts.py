"""Tells a command that the server refused from one whose outcome nobody knows."""

from __future__ import annotations

import re

# Inside the quotes stand names as the server escapes them (section 3.3).
_NAME = r'"(?:[^"\\]|\\.)*"'
_ID = r"[0-9a-f-]{36}"

_REFUSALS = (
    rf"Channel {_NAME} cannot be added because a channel with the same name already exists\.",
    rf"Channel {_NAME} cannot be (?:updated|moved|removed) because it does not exist\.",
    rf"Channel {_NAME} cannot be renamed to {_NAME} because the channel does not exist\.",
    rf"Channel {_NAME} cannot be renamed to {_NAME} because a channel with the same name already exists\.",
    rf"Channel {_NAME} cannot be (?:added|updated|moved|removed|renamed to {_NAME}) "
    r"because another operation for this channel is pending\.",
    rf"The channel {_NAME} has the control-system type {_NAME}, "
    rf"but the control-system type {_NAME} was specified\.",
    rf"The channel {_NAME} is registered with the server {_ID}, but the server {_ID} was specified\.",
    r"Decimation level \d+ has a retention period of (?:\d+|unbounded) which is less than "
    r"the retention period of decimation level \d+ which is (?:\d+|unbounded)\.",
    # The misspelling is the server's.
    rf"The control-sytem support {_NAME} is not available\.",
)
_WRAPPED = (
    rf"(?:Server {_ID} reported an error when trying to "
    rf"(?:update channel {_NAME}|remove channel {_NAME}|rename channel {_NAME} to {_NAME}"
    rf"|move channel {_NAME} to server {_ID}): )?"
)
_REFUSAL = re.compile(_WRAPPED + "(?:" + "|".join(_REFUSALS) + ")")


def is_refusal(message: str | None) -> bool:
    """Whether a failure message says that a command was refused and changed nothing.

    All other messages, and none at all, come from transport and database errors and from operations that took too
    long: the command may have been executed all the same (section 3.6, seen).
    """
    return message is not None and _REFUSAL.fullmatch(message) is not None
