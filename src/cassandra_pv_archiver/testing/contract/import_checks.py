"""Checks of imports (sections 2.11, 4.2 and 4.4)."""

from __future__ import annotations

import base64
from typing import Any
from uuid import uuid4

from .commands import Members, add, has_settings, is_gone, quoted
from .configuration import NAMESPACE, FileChannel, document
from .probe import Probe
from .registry import check
from .session import code_units
from .wire import Reply

_OPERATION = "importServerConfiguration"


def _outcome(probe: Probe, reply: Reply, status: int = 200, section: str = "2.11", **expected: Any) -> None:
    """Checks a result; members that are not given are empty."""
    members: Members = {
        "addOrUpdateFailed": {},
        "addOrUpdateSucceeded": [],
        "errorMessage": None,
        "removeFailed": {},
        "removeSucceeded": [],
        **expected,
    }
    body = probe.json(reply, _OPERATION, section, status=status)
    for member, value in members.items():
        probe.equal(reply, f"/{member}", body[member], value, section)
    failed = body["addOrUpdateFailed"]
    if failed and list(failed) != sorted(failed, key=code_units):
        probe.finding(reply, "/addOrUpdateFailed", "names in code-unit order", section, ", ".join(failed))


@check("import.add", "Importing new channels, and importing them again", "2.11", writes=True)
def import_new(probe: Probe) -> None:
    owner = probe.session.this_server()
    channels = [
        FileChannel(probe.writer.name("import:a<&>\"'é😀")),
        FileChannel(probe.writer.name("import:b"), periods={0: 100, 30: 200, 900: 0}, options={"minUpdatePeriod": "1"}),
    ]
    names = [channel.name for channel in channels]
    simulated = probe.writer.import_file(owner, channels, add=True, simulate=True)
    _outcome(probe, simulated, addOrUpdateSucceeded=names, addOrUpdateFailed=None, removeFailed=None)
    is_gone(probe, names[0], "2.11")
    _outcome(probe, probe.writer.import_file(owner, channels, add=True), addOrUpdateSucceeded=names)
    for name in names:
        has_settings(probe, name, "2.11", channelName=name, serverId=owner, enabled=False)
    periods = {"0": "100", "30": "200", "900": "0"}
    has_settings(probe, names[1], "4.1", decimationLevelToRetentionPeriod=periods, options={"minUpdatePeriod": "1"})
    exists = "because a channel with the same name already exists."
    failures = {name: f"Channel {quoted(name)} cannot be added {exists}" for name in names}
    _outcome(probe, probe.writer.import_file(owner, channels, add=True), 500, addOrUpdateFailed=failures)


@check("import.update", "Importing changes of channels, and of one that does not exist", "2.11", writes=True)
def import_changes(probe: Probe) -> None:
    owner, name = probe.session.this_server(), add(probe, "import:update")
    missing = probe.writer.name("import:missing")
    changed = FileChannel(name, periods={0: 0, 60: 0})
    failures = {missing: f"Channel {quoted(missing)} cannot be updated because it does not exist."}
    reply = probe.writer.import_file(owner, [changed, FileChannel(missing)], update=True)
    _outcome(probe, reply, 500, addOrUpdateFailed=failures, addOrUpdateSucceeded=[name])
    has_settings(probe, name, "2.11", decimationLevelToRetentionPeriod={"0": "0", "60": "0"})
    is_gone(probe, missing, "2.11")


@check("import.add-and-update", "Importing new and changed channels at once", "2.11", writes=True)
def import_both(probe: Probe) -> None:
    owner, name = probe.session.this_server(), add(probe, "import:both:1")
    new = probe.writer.name("import:both:2")
    channels = [FileChannel(name, options={"minUpdatePeriod": "2"}), FileChannel(new)]
    reply = probe.writer.import_file(owner, channels, add=True, update=True)
    _outcome(probe, reply, addOrUpdateSucceeded=[name, new])
    has_settings(probe, name, "2.11", options={"minUpdatePeriod": "2"})
    has_settings(probe, new, "2.11", options={})


@check("import.nothing", "Importing without anything that may be done", "2.11", writes=True)
def import_nothing(probe: Probe) -> None:
    name = probe.writer.name("import:nothing")
    _outcome(probe, probe.writer.import_file(probe.session.this_server(), [FileChannel(name)]))
    is_gone(probe, name, "2.11")


@check("import.other-server", "Importing a channel that belongs to another server", "2.11", writes=True)
def import_elsewhere(probe: Probe) -> None:
    owner, other = probe.session.this_server(), str(uuid4())
    name = add(probe, "import:elsewhere")
    message = f"The channel {quoted(name)} is registered with the server {owner}, but the server {other} was specified."
    reply = probe.writer.import_file(other, [FileChannel(name)], add=True, update=True)
    _outcome(probe, reply, 500, addOrUpdateFailed={name: message})
    has_settings(probe, name, "2.11", serverId=owner)


@check("import.remove-simulated", "What an import would remove, simulated", "2.11", writes=True)
def import_removal(probe: Probe) -> None:
    # About a server that nobody knows and that owns one channel of ours, so that nothing else could ever be removed.
    owner = str(uuid4())
    name = add(probe, "import:removal", owner)
    reply = probe.writer.import_file(owner, [], remove=True, simulate=True)
    _outcome(probe, reply, addOrUpdateFailed=None, removeFailed=None, removeSucceeded=[name])
    has_settings(probe, name, "2.11", serverId=owner)


@check("import.unusable", "Requests that cannot be used", "2.11", writes=True)
def unusable(probe: Probe) -> None:
    owner = probe.session.this_server()
    empty = base64.b64encode(document([])).decode("ascii")
    probe.page(probe.writer.import_text(owner, "*" + empty), 400, "2.11")
    probe.page(probe.writer.import_text(owner, empty, unknownMember=1), 400, "2.11")
    probe.page(probe.writer.import_without_file(owner), 400, "2.11")
    probe.empty(probe.writer.import_text("xyz", empty), 404, "2.11")
    nothing = dict.fromkeys(("addOrUpdateFailed", "addOrUpdateSucceeded", "removeFailed", "removeSucceeded"))
    message = "Configuration file must have non-zero length."
    _outcome(probe, probe.writer.import_text(owner, ""), 503, errorMessage=message, **nothing)


@check("import.unparsable", "Files that cannot be parsed", "4.4", writes=True)
def unparsable(probe: Probe) -> None:
    owner, name = probe.session.this_server(), probe.writer.name("import:unparsable")
    falling = FileChannel(name, periods={0: 100, 60: 50})
    rule = (
        "Decimation level 60 has a retention period of 50 which is less than the retention period of decimation level"
    )
    for file, message in (
        (b"no XML", "Parsing error: Fatal error in line 1, column "),
        (b"<oops", "Parsing error: Fatal error in line 1, column "),
        (b"<server-configuration/>", "Parsing error: Error in line 1, column "),
        (
            f'<server-configuration xmlns="{NAMESPACE}"><oops/></server-configuration>'.encode(),
            "Parsing error: Error in ",
        ),
        (document([falling]), f"Parsing error: Invalid definition for channel {quoted(name)}: {rule}"),
    ):
        reply = probe.writer.import_text(owner, base64.b64encode(file).decode("ascii"))
        body = probe.json(reply, _OPERATION, "4.4", status=400)
        if not str(body["errorMessage"]).startswith(message):
            probe.finding(reply, "/errorMessage", f"{message}...", "4.4", str(body["errorMessage"]))
        for member, value in body.items():
            if member != "errorMessage":
                probe.equal(reply, f"/{member}", value, None, "2.11")
