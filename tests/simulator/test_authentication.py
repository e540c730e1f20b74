"""Credentials, whom they let do what, and the order of checks (section 2.1 of the reference)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from cassandra_pv_archiver.testing.simulator import Simulator, SimulatorRequest

from .asking import new_simulator

COMMANDS = "run-archive-configuration-commands"
JSON_TYPE = ("Content-Type", "application/json")


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


ADMIN = basic("admin", "admin")
WRONG = (
    basic("admin", "wrong"),
    basic("nobody", "admin"),
    basic("", ""),
    "Basic " + base64.b64encode(b"admin").decode(),
    "Basic " + base64.b64encode(b"admin:\xff").decode(),
    "Basic !!!!",
    "Basic YWRtaW46YWRtaW4",  # without padding
    "Basic ",
)
IGNORED = ("basic YWRtaW46d3Jvbmc=", "Bearer secret", "Basic", "")


def status_of(
    simulator: Simulator,
    authorization: str | None,
    *,
    method: str = "GET",
    path: str = "channels/all",
    body: bytes = b"",
    media_type: tuple[str, str] | None = None,
) -> int:
    headers = [header for header in (media_type,) if header is not None]
    if authorization is not None:
        headers.append(("Authorization", authorization))
    request = SimulatorRequest(method, f"/admin/api/1.0/{path}".encode(), headers, body)
    return simulator.handle("admin", 0, request).status


def change(simulator: Simulator, authorization: str | None) -> int:
    return status_of(
        simulator, authorization, method="POST", path=COMMANDS, body=b'{"commands":[]}', media_type=JSON_TYPE
    )


@pytest.mark.parametrize("authorization", WRONG)
def test_wrong_credentials_are_refused_before_everything_else(authorization: str) -> None:
    simulator = new_simulator()
    assert status_of(simulator, authorization) == 403
    assert status_of(simulator, authorization, path="no/such/path") == 403
    assert status_of(simulator, authorization, method="DELETE") == 403
    assert change(simulator, authorization) == 403


@pytest.mark.parametrize("authorization", [None, *IGNORED])
def test_without_credentials_only_reads_are_allowed(authorization: str | None) -> None:
    simulator = new_simulator()
    assert status_of(simulator, authorization) == 200
    assert change(simulator, authorization) == 403


def test_a_user_without_the_role_may_only_read() -> None:
    simulator = new_simulator()
    simulator.add_user("reader", "pässwörd:with:colons", administrator=False)
    simulator.add_user("writer", "")
    reader = basic("reader", "pässwörd:with:colons")
    assert (status_of(simulator, reader), change(simulator, reader)) == (200, 403)
    assert (change(simulator, basic("writer", "")), change(simulator, ADMIN)) == (200, 200)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"path": "nowhere"}, 404),
        ({"method": "PUT"}, 405),
        ({"media_type": None}, 415),
        ({"media_type": ("Content-Type", "text/plain")}, 415),
        ({"media_type": ("Content-Type", "Application/JSON; charset=utf-8"), "body": b"{"}, 400),
        ({"media_type": ("Content-Type", "application/vnd.x+json"), "body": b"{"}, 400),
        ({"media_type": None, "body": b""}, 400),
        ({"body": b'{"commands":[],"more":1}'}, 400),
        ({}, 403),
    ],
)
def test_the_order_of_checks_without_credentials(changes: dict[str, Any], status: int) -> None:
    options: dict[str, Any] = {
        "method": "POST",
        "path": COMMANDS,
        "body": b'{"commands":[]}',
        "media_type": JSON_TYPE,
    }
    assert status_of(new_simulator(), None, **(options | changes)) == status


def test_the_role_is_checked_before_what_a_function_checks_itself() -> None:
    simulator = new_simulator()
    path = "channels/by-server/no-id/import"
    for authorization, status in ((None, 403), (ADMIN, 404)):
        found = status_of(
            simulator, authorization, method="POST", path=path, body=b'{"configurationFile":""}', media_type=JSON_TYPE
        )
        assert found == status


def test_an_old_password_works_for_ten_more_seconds_and_the_new_one_at_once() -> None:
    simulator = new_simulator()
    assert status_of(simulator, ADMIN) == 200
    simulator.add_user("admin", "new")
    simulator.advance(10)
    assert status_of(simulator, ADMIN) == 200
    simulator.advance(0.001)
    assert status_of(simulator, ADMIN) == 403
    assert status_of(simulator, basic("admin", "new")) == 200
    simulator.add_user("admin", "newer")
    assert status_of(simulator, basic("admin", "newer")) == 200
    assert status_of(simulator, basic("admin", "new")) == 403  # forgotten, because the newer one was looked up


def test_a_user_who_never_logged_in_is_not_remembered() -> None:
    simulator = new_simulator()
    assert status_of(simulator, basic("admin", "wrong")) == 403
    simulator.add_user("admin", "new")
    assert status_of(simulator, ADMIN) == 403


def test_while_the_database_is_down_only_remembered_users_are_let_in() -> None:
    simulator = new_simulator()
    simulator.add_user("other", "secret")
    assert status_of(simulator, ADMIN) == 200
    simulator.stop_database()
    assert status_of(simulator, ADMIN) == 200
    assert status_of(simulator, basic("admin", "wrong")) == 403
    assert status_of(simulator, basic("other", "secret")) == 403
    assert status_of(simulator, None) == 200
    simulator.advance(11)
    assert status_of(simulator, ADMIN) == 403
    simulator.start_database()
    assert status_of(simulator, basic("other", "secret")) == 200
    assert change(simulator, ADMIN) == 200


def test_a_server_that_is_started_again_remembers_nobody() -> None:
    simulator = new_simulator()
    assert status_of(simulator, ADMIN) == 200
    simulator.add_user("admin", "new")
    simulator.stop_server(0)
    simulator.start_server(0)
    assert status_of(simulator, ADMIN) == 403
