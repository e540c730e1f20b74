"""Error replies become exceptions that say what the server said."""

from __future__ import annotations

import pytest

from cassandra_pv_archiver._refusals import refusal
from cassandra_pv_archiver.errors import (
    BadRequestError,
    NotAuthorizedError,
    NotFoundError,
    RedirectError,
    RefusedError,
    ServerFailedError,
    UnavailableError,
)

PAGE = (
    '<!doctype html><html lang="en"><head><title>HTTP Status 400 – Bad Request</title><style>b {{}}</style></head>'
    "<body><h1>HTTP Status 400 – Bad Request</h1><p><b>Type</b> Status Report</p>"
    "<p><b>Message</b> {}</p><p><b>Description</b> The server cannot process it.</p></body></html>"
)
HTML = {"content-type": "text/html;charset=utf-8"}


def refused(status: int, headers: dict[str, str], body: bytes = b"", *, credentials_sent: bool = False) -> RefusedError:
    return refusal("get_x at http://h:1", status, headers, body, credentials_sent=credentials_sent)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, BadRequestError),
        (401, NotAuthorizedError),
        (403, NotAuthorizedError),
        (404, NotFoundError),
        (405, RefusedError),
        (500, ServerFailedError),
        (502, ServerFailedError),
        (503, UnavailableError),
        (599, ServerFailedError),
        (301, RedirectError),
    ],
)
def test_each_status_has_its_class(status: int, expected: type[RefusedError]) -> None:
    error = refused(status, {})
    assert type(error) is expected
    assert error.status == status
    assert f"get_x at http://h:1: status {status}" in error.message


def test_the_message_of_a_page_is_taken_out() -> None:
    page = PAGE.format("Invalid regular expression: Unclosed group near index 2&#10;(a &lt;b&gt;").encode()
    assert refused(400, HTML, page).message.endswith(
        "status 400: Invalid regular expression: Unclosed group near index 2 (a <b>."
    )


def test_a_page_without_a_message_gives_its_title() -> None:
    page = "<html><head><title>HTTP Status 404 – Not Found</title></head><body><p>x</p></body></html>"
    assert "HTTP Status 404 – Not Found" in refused(404, HTML, page.encode()).message


def test_the_message_of_a_json_body_is_taken_out() -> None:
    body = b'{"errorMessage":"Database access error: down","results":null}'
    assert "Database access error: down" in refused(503, {"content-type": "application/json"}, body).message


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"[" * 100_000, b'{"errorMessage":null}', b"\xff"])
def test_other_json_gives_no_reason(body: bytes) -> None:
    assert refused(500, {"content-type": "application/json"}, body).message.endswith("status 500.")


@pytest.mark.parametrize("body", [b"", b"<", b"<p><b>Message", b"\xff\xfe", b"<title>" * 1000])
def test_broken_pages_do_not_hide_the_status(body: bytes) -> None:
    assert "status 500" in refused(500, HTML, body).message


def test_long_reasons_are_cut() -> None:
    assert len(refused(500, {"content-type": "text/plain"}, b"x" * 60_000).message) < 700


def test_a_403_says_whether_credentials_were_sent() -> None:
    with_credentials = refused(403, HTML, credentials_sent=True).message
    assert "Credentials were sent" in with_credentials
    assert "database is down" in with_credentials
    assert "No credentials were sent" in refused(403, HTML).message


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "Tue, 24 Nov 2026 02:00:30 GMT", "date": "Tue, 24 Nov 2026 02:00:00 GMT"}, 30.0),
        ({"retry-after": "Tue, 24 Nov 2026 01:00:00 GMT", "date": "Tue, 24 Nov 2026 02:00:00 GMT"}, 0.0),
        ({"retry-after": "Tue, 24 Nov 2026 02:00:30 GMT"}, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert refused(503, headers).retry_after == seconds


def test_a_redirect_says_where_it_pointed_without_a_secret() -> None:
    error = refused(302, {"location": "https://user:secret@elsewhere/x"})
    assert isinstance(error, RedirectError)
    assert error.location == "https://elsewhere/x"
    assert "secret" not in str(error)
