"""Where ``cpva`` gets passwords from: asked for at a terminal, and the keyring of the system."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cassandra_pv_archiver import AdminClient
from cassandra_pv_archiver.testing import RunningSimulator
from cassandra_pv_archiver.testing.scenes import demo_scene
from tests.cli.conftest import Cpva
from tests.cli.terminal import terminal

pytestmark = [
    pytest.mark.one_interpreter,
    pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals of POSIX"),
]

KEYRING = """
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

class Kept(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        if service == "locked":
            raise KeyringLocked("nobody unlocked it")
        known = {("cassandra-pv-archiver", "admin"): "admin", ("other", "admin"): "wrong-secret"}
        return known.get((service, username))

    def set_password(self, service, username, password):
        raise AssertionError

    def delete_password(self, service, username):
        raise AssertionError
"""


@pytest.fixture
def cluster() -> Iterator[RunningSimulator]:
    """A cluster of its own for each test, because they change it."""
    with demo_scene().serve() as running:
        yield running


@pytest.fixture
def asking(cpva: Cpva) -> Cpva:
    """``cpva`` that has to ask for the password."""
    return Cpva({name: value for name, value in cpva.environment.items() if name != "CPVA_PASSWORD"})


def is_enabled(cluster: RunningSimulator) -> bool:
    with AdminClient(base_url=cluster.admin_url) as admin:
        return admin.get_channel("RING:MODE").enabled


def test_a_password_is_asked_for_and_not_shown(asking: Cpva, cluster: RunningSimulator) -> None:
    with terminal(asking.complete(), "disable", "RING:MODE", "--yes") as shown:
        shown.wait_for("Password of admin: ")
        with pytest.raises(AssertionError, match="nothing more was shown"):  # progress would hide the question
            shown.wait_for("Changing", patience=2.0)
        shown.type("admin\n")
        assert shown.end() == 0
    assert shown.text.splitlines()[0] == "Password of admin: "
    assert shown.text.count("admin") == 1
    assert not is_enabled(cluster)


def test_a_wrong_password_is_status_4_and_shown_nowhere(asking: Cpva, cluster: RunningSimulator) -> None:
    with terminal(asking.complete(), "disable", "RING:MODE", "--yes", "--debug") as shown:
        shown.wait_for("Password of admin: ")
        shown.type("wrong-secret\n")
        assert shown.end() == 4
    assert "Traceback" in shown.text
    assert "wrong-secret" not in shown.text
    assert is_enabled(cluster)


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ("\n", 2, "No password of admin was given."),
        ("\x04", 1, "Nothing was answered, so nothing was done."),
        ("\x03", 130, "Interrupted."),
    ],
)
def test_without_a_password_nothing_is_done(
    asking: Cpva, cluster: RunningSimulator, typed: str, status: int, said: str
) -> None:
    with terminal(asking.complete(), "disable", "RING:MODE", "--yes") as shown:
        shown.wait_for("Password of admin: ")
        if typed == "\x03":
            assert shown.end_by_interrupt() == status
        else:
            shown.type(typed)
            assert shown.end() == status
    assert shown.text.splitlines()[1] == said
    assert is_enabled(cluster)


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ("n\n", 1, "Nothing was changed."),
        ("\n", 1, "Nothing was changed."),
        ("\x04", 1, "Nothing was changed."),
        ("\x03", 130, "Interrupted. Nothing was changed."),
    ],
)
def test_whatever_is_answered_but_yes_changes_nothing(
    cpva: Cpva, cluster: RunningSimulator, typed: str, status: int, said: str
) -> None:
    with terminal(cpva.complete(), "disable", "RING:MODE") as shown:
        shown.wait_for("[y/N]: ")
        if typed == "\x03":
            assert shown.end_by_interrupt() == status
        else:
            shown.type(typed)
            assert shown.end() == status
    assert shown.text.splitlines()[-1] == said
    assert is_enabled(cluster)


@pytest.mark.parametrize(
    ("source", "backend", "status", "said"),
    [
        ("keyring", "kept.Kept", 0, "done    disable RING:MODE"),
        ("keyring:other", "kept.Kept", 4, "status 403"),
        ("keyring:third", "kept.Kept", 2, "The keyring has no password of admin for third."),
        ("keyring:locked", "kept.Kept", 2, "The keyring does not answer: nobody unlocked it."),
        ("keyring", "keyring.backends.fail.Keyring", 2, "The keyring does not answer: No recommended backend"),
    ],
)
def test_the_keyring_of_the_system(
    asking: Cpva, tmp_path: Path, source: str, backend: str, status: int, said: str
) -> None:
    (tmp_path / "kept.py").write_text(KEYRING, "utf-8")
    paths = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    running = Cpva(asking.environment | {"PYTHON_KEYRING_BACKEND": backend, "PYTHONPATH": paths})
    done = running.process("disable", "RING:MODE", "--yes", "--password-from", source, stdin=subprocess.DEVNULL)
    assert done.returncode == status, done.stderr
    assert said in done.stdout + done.stderr
    assert "wrong-secret" not in done.stdout + done.stderr
