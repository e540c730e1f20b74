"""``cpva doctor``: what is wrong is found, and what to do is said."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cassandra_pv_archiver.testing import Simulator, faults
from tests.cli.conftest import Cpva


def verdicts(cpva: Cpva, *arguments: str) -> tuple[int, dict[str, tuple[str, str, str]]]:
    done = cpva("doctor", "--json", *arguments)
    findings = json.loads(done.stdout)["findings"]
    return done.exit_code, {one["subject"]: (one["verdict"], one["found"], one["advice"] or "") for one in findings}


def test_a_healthy_cluster(cpva: Cpva) -> None:
    status, found = verdicts(cpva)
    assert status == 0
    assert {verdict for verdict, _, _ in found.values()} == {"ok"}
    assert set(found) == {
        "Settings",
        "Administrative service",
        "Archive-access service",
        "Database",
        "Clocks",
        "Credentials",
    }
    assert "admin may change things (password from environment)" in found["Credentials"][1]
    text = cpva("doctor").stdout
    assert "Versions: cassandra-pv-archiver-client" in text
    assert "answers in" in text


def test_passwords_that_would_be_asked_for_are_not_checked(cpva: Cpva) -> None:
    del cpva.environment["CPVA_PASSWORD"]
    status, found = verdicts(cpva)
    assert (status, found["Credentials"][0]) == (0, "not checked")


def test_a_wrong_password_is_status_4(cpva: Cpva) -> None:
    cpva.environment["CPVA_PASSWORD"] = "wrong-one"
    status, found = verdicts(cpva)
    assert (status, found["Credentials"][0]) == (4, "problem")
    assert "Check --username and the password" in found["Credentials"][2]
    assert "wrong-one" not in str(found)


def test_a_password_file_that_others_can_read(cpva: Cpva, tmp_path: Path) -> None:
    del cpva.environment["CPVA_PASSWORD"]
    file = tmp_path / "password"
    file.write_text("admin", "utf-8")
    file.chmod(0o644)
    status, found = verdicts(cpva, "--password-from", f"file:{file}")
    assert (status, found["Credentials"][0]) == (2, "problem")
    assert found["Credentials"][2] == f"chmod 600 {file}"


def test_nothing_is_set(nowhere: Cpva) -> None:
    status, found = verdicts(nowhere)
    assert status == 2
    assert found["Archive-access service"][2].startswith("Give --host or --archive-url")


def test_addresses_that_were_exchanged(cpva: Cpva) -> None:
    environment = cpva.environment
    environment["CPVA_ADMIN_URL"], environment["CPVA_ARCHIVE_URL"] = (
        environment["CPVA_ARCHIVE_URL"],
        environment["CPVA_ADMIN_URL"],
    )
    status, found = verdicts(cpva)
    assert status == 3
    assert found["Administrative service"][2] == "Exchange --admin-url and --archive-url."
    assert found["Archive-access service"][2] == "Exchange --admin-url and --archive-url."


def test_nobody_listens(nowhere: Cpva) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    status, found = verdicts(nowhere, "--admin-url", url, "--archive-url", url)
    assert status == 3
    for service in ("Administrative service", "Archive-access service"):
        verdict, what, advice = found[service]
        assert verdict == "problem"
        assert url in what
        assert "Check that the server runs" in advice


@pytest.fixture
def late(nowhere: Cpva) -> Iterator[Cpva]:
    """A cluster whose clock is an hour ahead."""
    simulator = Simulator()
    simulator.advance(3600)
    with simulator.serve() as running:
        yield Cpva(nowhere.environment | {"CPVA_ADMIN_URL": running.admin_url, "CPVA_ARCHIVE_URL": running.archive_url})


def test_clocks_that_differ(late: Cpva) -> None:
    status, found = verdicts(late)
    assert status == 1
    assert "s ahead of this machine's" in found["Clocks"][1]
    assert "NTP" in found["Clocks"][2]


def test_a_redirect_is_told_with_the_options_that_mend_it(nowhere: Cpva) -> None:
    simulator = Simulator()
    simulator.faults.add(faults.Redirect("http://user:secret@elsewhere.example/x", 302))
    with simulator.serve() as running:
        done = nowhere("search", "x", "--archive-url", running.archive_url)
    assert done.exit_code == 1
    what, advice = done.stderr.splitlines()
    assert what.endswith("this one pointed to http://elsewhere.example/x.")
    assert advice == "Give the address that it points to, with --admin-url or --archive-url."
