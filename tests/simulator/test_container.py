"""What both services have from their container: checks of URLs, routes, methods, media types (sections 1, 2.4, 5.1)."""

from __future__ import annotations

import json

import pytest

from cassandra_pv_archiver.testing.simulator import Simulator, SimulatorRequest, SimulatorResponse
from cassandra_pv_archiver.testing.simulator.operations import Service

from .recorded_cluster import CREDENTIALS, JSON_BODY, SERVER_IDS, UNKNOWN_SERVER

ADMIN = b"/admin/api/1.0"
ARCHIVE = b"/archive-access/api/1.0/archive/"
PATTERN = ARCHIVE + b"1/channels-by-pattern/"
BY_SERVER = ADMIN + b"/channels/by-server/" + SERVER_IDS[0].encode()
COMMANDS = ADMIN + b"/run-archive-configuration-commands"
ALLOWED = frozenset(b"!$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~")
EVERY_METHOD = "GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS"


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    simulator = Simulator()
    simulator.add_channel("demo:a")
    return simulator


def ask(
    simulator: Simulator, target: bytes, *headers: tuple[str, str], method: str = "GET", body: bytes = b""
) -> SimulatorResponse:
    service: Service = "archive" if target.startswith(b"/archive") else "admin"
    return simulator.handle(service, 0, SimulatorRequest(method, target, headers, body))


def rejected(response: SimulatorResponse) -> str | None:
    """How the container frames the empty reply with which it rejects a URL; None if it does not."""
    if response.status != 400 or response.header("Content-Type") is not None:
        return None
    assert response.read() == b""
    assert response.header("Connection") == "close"
    return "length" if response.header("Content-Length") == "0" else response.header("Transfer-Encoding")


@pytest.mark.parametrize("place", ["path", "query"])
@pytest.mark.parametrize("start", [PATTERN, ADMIN + b"/channels/all/by-name/"], ids=["archive", "admin"])
def test_bytes_that_must_not_be_sent_as_they_are(start: bytes, place: str, simulator: Simulator) -> None:
    for byte in set(range(256)) - set(b"%/?"):
        part = b"a" + bytes([byte])
        target = start + part if place == "path" else start + b"a?x=" + part
        assert rejected(ask(simulator, target)) == (None if byte in ALLOWED else "chunked"), byte


REJECTED = [b"%2F", b"%2f", b"%5C", b"%5c", b"%00", b"%", b"%4", b"%zz", b"%g0", b"%0g", b"a%2Fb", b"%25%2f", b"%u0041"]


@pytest.mark.parametrize("start", [PATTERN, ARCHIVE + b"1/samples/", ADMIN + b"/channels/all/by-name/", b"/", b"/x/"])
@pytest.mark.parametrize("part", REJECTED)
def test_sequences_that_are_refused_in_paths(part: bytes, start: bytes, simulator: Simulator) -> None:
    assert rejected(ask(simulator, start + part)) == "length"
    assert rejected(ask(simulator, start + b"x?y=" + part)) is None


def test_checks_of_urls_come_before_credentials_and_routes(simulator: Simulator) -> None:
    wrong = ("Authorization", "Basic eDp5")
    assert rejected(ask(simulator, ADMIN + b"/nothing/%2F", wrong, method="POST")) == "length"
    assert rejected(ask(simulator, ADMIN + b"/nothing/|", wrong, method="PATCH")) == "chunked"


@pytest.mark.parametrize("path", [b"/..", b"/../a", b"/a/../../b", b"/%2e%2e/a"])
def test_paths_must_not_lead_out(path: bytes, simulator: Simulator) -> None:
    assert rejected(ask(simulator, path)) == "length"


def test_the_request_line_and_the_headers_have_8192_bytes_at_most(simulator: Simulator) -> None:
    line = len(b"GET  HTTP/1.1\r\n") + len(PATTERN) + len(b"\r\n")
    assert ask(simulator, PATTERN + b"a" * (8192 - line)).status == 200
    assert rejected(ask(simulator, PATTERN + b"a" * (8193 - line))) == "chunked"
    header = ("X", "a" * (8192 - line - len("X: \r\n")))
    assert ask(simulator, PATTERN, header).status == 200
    assert rejected(ask(simulator, PATTERN + b"a", header)) == "chunked"


@pytest.mark.parametrize(
    "path",
    [
        b"/channels/all",
        b"/channels/all/by-name/demo:a",
        b"/channels/by-server/" + SERVER_IDS[0].encode(),
        b"/channels/by-server/" + SERVER_IDS[0].encode() + b"/by-name/demo~3aa",
        b"/channels/by-server/" + SERVER_IDS[0].encode() + b"/export",
        b"/cluster-status",
        b"/server-status/this-server",
    ],
)
def test_a_trailing_slash_makes_no_difference_to_the_administrative_service(path: bytes, simulator: Simulator) -> None:
    plain, slash = ask(simulator, ADMIN + path), ask(simulator, ADMIN + path + b"/")
    assert (plain.status, slash.status) == (200, 200)
    assert json.loads(plain.read()).keys() == json.loads(slash.read()).keys()
    assert ask(simulator, ADMIN + path + b"?unknown=1&format=xml").status == 200


@pytest.mark.parametrize(
    "target",
    [
        ADMIN,
        ADMIN + b"/",
        ADMIN + b"/nothing",
        ADMIN + b"/channels",
        ADMIN + b"/channels/all/by-name",
        ADMIN + b"/channels/all/by-name/",
        ADMIN + b"/channels/all/by-name/a/b",
        ADMIN + b"/channels/all.json",
        ADMIN + b"/cluster-status.json",
        ADMIN + b"/server-status",
        ADMIN + b"/server-status/other-server",
        ADMIN + b"/Channels/all",
        ADMIN + b"/channels/by-server",
        BY_SERVER + b"/by-name/",
        BY_SERVER + b"/nothing",
        b"/admin/api/1.1/channels/all",
        b"/archive-access/api/1.0/archive",
        b"/archive-access/api/1.0",
        ARCHIVE + b"1",
        ARCHIVE + b"1/",
        ARCHIVE + b"1/nothing/a",
        ARCHIVE + b"1/channels-by-pattern",
        ARCHIVE + b"1/channels-by-regexp",
        ARCHIVE + b"1//channels-by-pattern/a",
        ARCHIVE + b"1/channels-by-%70attern/a",
        ARCHIVE + b"2/channels-by-pattern/a",
        ARCHIVE + b"x/channels-by-regexp/a",
        ARCHIVE + b"01/channels-by-pattern/a",
        ARCHIVE + b"1/samples",
        ARCHIVE + b"1/samples/?start=1&end=2",
        ARCHIVE + b"2/samples/demo:a?start=1&end=2",
    ],
)
def test_unknown_paths(target: bytes, simulator: Simulator) -> None:
    response = ask(simulator, target)
    assert (response.status, response.header("Content-Type")) == (404, "text/html;charset=utf-8")
    assert b"<title>HTTP Status 404 \xe2\x80\x93 Not Found</title>" in response.read()


@pytest.mark.parametrize("name", ["a.b", "a.json", "a.b.xml"])
def test_what_looks_like_a_suffix_belongs_to_the_name(name: str) -> None:
    simulator = Simulator()
    simulator.add_channel(name)
    reply = ask(simulator, ADMIN + b"/channels/all/by-name/" + name.encode())
    assert json.loads(reply.read())["channelName"] == name
    assert reply.header("Content-Type") == "application/json;charset=UTF-8"
    assert json.loads(ask(simulator, PATTERN + name.encode()).read()) == [name]


@pytest.mark.parametrize(
    ("encoded", "name"),
    [
        ("allowed_characters_only", "allowed_characters_only"),
        ("some~20test", "some test"),
        ("a~2Fb", "a/b"),
        ("a~2Eb", "a.b"),
        ("a~5Cb", "a\\b"),
        ("~7E", "~"),
        ("~2B", "+"),
        ("a~2520b", "a%20b"),
        ("x~3By~3Dz", "x;y=z"),
        ("s~C3~BCper", "süper"),
        ("~E6~97~A5~E6~9C~AC", "日本"),
        ("~F0~9F~98~80", "\U0001f600"),
        ("SR~3AC01-MG~3AG02A~7BQuad~7DFld-I", "SR:C01-MG:G02A{Quad}Fld-I"),
        (
            "~C3~A4~C3~B6~C3~BC_-abc~2E~2F~7E~26~3D~3B~21~24~28~29~2A~2C-~3A_",
            "äöü_-abc./~&=;!$()*,-:_",
        ),
        (
            "~c3~a4~c3~b6~c3~bc_-abc~2e~2f~7e~26~3d~3b~21~24~28~29~2a~2c-~3a_",
            "äöü_-abc./~&=;!$()*,-:_",
        ),
        ("~._~1g~a", "~._~1g~a"),
        ("a~4", "a~4"),
        ("~4A~", "J~"),
        ("a:b.c", "a:b.c"),
        ("s%C3%BC", "s?"),
        ("~FF", "\ufffd"),
        ("a%3Ab", "a:b"),
        ("a%7E3Ab", "a:b"),
        ("a+b", "a+b"),
        ("a;b", "a"),
        ("a%3Bb", "a;b"),
    ],
)
def test_names_in_administrative_paths(encoded: str, name: str) -> None:
    simulator = Simulator()
    simulator.add_channel(name)
    for start in (ADMIN + b"/channels/all/by-name/", BY_SERVER + b"/by-name/"):
        assert json.loads(ask(simulator, start + encoded.encode()).read())["channelName"] == name


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("a%20b", "a b"),
        ("a+b", "a b"),
        ("a%2Bb", "a+b"),
        ("a/b", "a/b"),
        ("/a//b/", "/a//b/"),
        ("a;b=c", "a;b=c"),
        ("a%3Bb", "a;b"),
        ("s%C3%BCper", "süper"),
        ("%F0%9F%98%80", "\U0001f600"),
        ("%FF", "\ufffd"),
        ("a%25b", "a%b"),
        ("a%3Fb", "a?b"),
        ("a/../b", "a/../b"),
        ("a/./b", "a/./b"),
        ("~3A", "~3A"),
    ],
)
def test_names_in_archive_paths(sent: str, name: str) -> None:
    simulator = Simulator()
    simulator.add_channel(name, samples=1)
    reply = ask(simulator, ARCHIVE + b"1/samples/" + sent.encode() + b"?start=0&end=9")
    assert len(json.loads(reply.read())) == 1


@pytest.mark.parametrize("name", [b".", b"..", b"a/.."])
def test_names_that_lead_out_of_the_prefix(name: bytes) -> None:
    simulator = Simulator()
    simulator.add_channel(name.decode(), samples=1)
    assert ask(simulator, ARCHIVE + b"1/samples/" + name + b"?start=0&end=9").status == 404
    tilde = name.replace(b".", b"~2E").replace(b"/", b"~2F")
    assert ask(simulator, ADMIN + b"/channels/all/by-name/" + tilde).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "get", "QUERY"])
@pytest.mark.parametrize(
    "target", [ADMIN + b"/channels/all", BY_SERVER, BY_SERVER + b"/export", ARCHIVE, PATTERN + b"a"]
)
def test_methods_that_are_not_mapped(target: bytes, method: str, simulator: Simulator) -> None:
    response = ask(simulator, target, method=method)
    assert (response.status, response.header("Allow")) == (405, "GET")
    assert f"Request method &#x27;{method}&#x27; not supported".encode() in response.read()


@pytest.mark.parametrize("target", [COMMANDS, BY_SERVER + b"/import"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_what_changes_something_is_posted(method: str, target: bytes, simulator: Simulator) -> None:
    response = ask(simulator, target, method=method)
    assert (response.status, response.header("Allow")) == (405, "POST")


@pytest.mark.parametrize("target", [ADMIN + b"/cluster-status", ADMIN + b"/server-status/this-server"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_states_are_given_for_any_method(method: str, target: bytes, simulator: Simulator) -> None:
    response = ask(simulator, target, method=method)
    assert response.status == 200
    assert json.loads(response.read())


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        (ADMIN + b"/channels/all", "GET,HEAD"),
        (COMMANDS, "POST"),
        (ADMIN + b"/cluster-status", EVERY_METHOD),
        (ARCHIVE, "GET,HEAD"),
        (PATTERN + b"a", "GET,HEAD"),
        (ARCHIVE + b"1/samples/a", "GET,HEAD"),
    ],
)
def test_options(target: bytes, allowed: str, simulator: Simulator) -> None:
    response = ask(simulator, target, method="OPTIONS")
    assert (response.status, response.header("Allow"), response.read()) == (200, allowed, b"")
    assert response.header("Content-Type") is None
    assert response.header("Content-Length") == "0"


def test_trace_is_refused_everywhere(simulator: Simulator) -> None:
    for target in (ADMIN + b"/cluster-status", ARCHIVE, COMMANDS):
        response = ask(simulator, target, method="TRACE")
        assert response.status == 405
        assert "TRACE" not in (response.header("Allow") or "TRACE")


@pytest.mark.parametrize(
    "target", [ADMIN + b"/channels/all", ADMIN + b"/channels/all/by-name/none", ADMIN + b"/nothing", ARCHIVE, PATTERN]
)
def test_head_says_the_same_as_get(target: bytes, simulator: Simulator) -> None:
    got, head = ask(simulator, target), ask(simulator, target, method="HEAD")
    assert (head.status, head.header("Content-Type")) == (got.status, got.header("Content-Type"))
    assert head.header("Content-Length") == str(len(got.read()))
    assert head.read() == b""


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/json", 200),
        ("Application/JSON", 200),
        ("application/json;charset=UTF-8", 200),
        ("application/json ; charset=utf-8", 200),
        ("application/vnd.example+json", 200),
        ("application/*+json", 200),
        ("text/json", 415),
        ("text/plain", 415),
        ("application/xml", 415),
        ("application/jsonx", 415),
        ("application/octet-stream", 415),
        ("json", 415),
        ("", 415),
        (None, 415),
    ],
)
def test_media_types_of_requests(media_type: str | None, status: int, simulator: Simulator) -> None:
    headers = [CREDENTIALS] if media_type is None else [CREDENTIALS, ("Content-Type", media_type)]
    response = ask(simulator, COMMANDS, *headers, method="POST", body=b'{"commands":[]}')
    assert response.status == status
    assert ask(simulator, COMMANDS, CREDENTIALS, JSON_BODY, method="POST").status == 400


@pytest.mark.parametrize(
    ("accepted", "status"),
    [
        (None, 200),
        ("*/*", 200),
        ("application/json", 200),
        ("application/*", 200),
        ("application/json;q=0.1", 200),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", 200),  # what Java's HttpURLConnection sends
        ("text/html,application/json", 200),
        ("text/html", 406),
        ("application/xml, text/*", 406),
        ("application/jsonx", 406),
    ],
)
def test_media_types_of_replies(accepted: str | None, status: int, simulator: Simulator) -> None:
    headers = [] if accepted is None else [("Accept", accepted)]
    for target in (ADMIN + b"/channels/all", ADMIN + b"/cluster-status", BY_SERVER + b"/export"):
        response = ask(simulator, target, *headers)
        assert response.status == status
        assert (response.header("Content-Type") or "").startswith("text/html" if status == 406 else "application/json")
    assert ask(simulator, ARCHIVE, *headers).status == 200
    assert ask(simulator, ADMIN + b"/channels/all/by-name/none", *headers).status == 404


def test_all_headers_say_what_is_accepted(simulator: Simulator) -> None:
    several = [("Accept", "text/html"), ("accept", "application/json")]
    assert ask(simulator, ADMIN + b"/cluster-status", *several).status == 200
    assert ask(simulator, ADMIN + b"/cluster-status", several[0], several[0]).status == 406


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        (b"00000001-0002-0003-0004-000000000005", True),
        (b"1-2-3-4-5", True),
        (b"+1-2-3-4-%2B5", True),
        (b"0000100000001-2-3-4-5", True),
        (b"9000000000000001-2-3-4-5", False),
        (b"1-2-3-4--5", False),
        (b"1-2-3-4-", False),
        (b"1-2-3-4-5-", False),
        (b"00000001-0002-0003-0004-0000000000005", False),
        (b"%201-2-3-4-5", False),
    ],
)
def test_ids_of_servers_are_read_as_java_reads_them(sent: bytes, known: bool) -> None:
    simulator = Simulator(["00000001-0002-0003-0004-000000000005"])
    assert (ask(simulator, ADMIN + b"/channels/by-server/" + sent).status == 200) is known


def test_a_change_is_made_before_the_media_type_of_the_reply_is_looked_at(simulator: Simulator) -> None:
    command = {"commandType": "add_channel", "channelName": "new", "controlSystemType": "channel_access"}
    body = json.dumps({"commands": [{**command, "enabled": True, "serverId": UNKNOWN_SERVER}]}).encode()
    response = ask(simulator, COMMANDS, CREDENTIALS, JSON_BODY, ("Accept", "text/html"), method="POST", body=body)
    assert response.status == 406
    assert ask(simulator, ADMIN + b"/channels/all/by-name/new").status == 200


@pytest.mark.parametrize("query", [b"prettyPrint", b"prettyPrint=", b"prettyPrint=false", b"a=b&prettyPrint=1"])
def test_pretty_print(query: bytes, simulator: Simulator) -> None:
    expected = b'[ {\n  "key" : 1,\n  "name" : "Cassandra",\n  "description" : "Cassandra PV Archive"\n} ]'
    assert ask(simulator, ARCHIVE + b"?" + query).read() == expected
    assert ask(simulator, PATTERN + b"none?" + query).read() == b"[ ]"
    assert ask(simulator, PATTERN + b"demo:*?" + query).read() == b'[ "demo:a" ]'


def test_pretty_print_of_samples() -> None:
    simulator = Simulator()
    sample = {
        "time": 1,
        "severity": {"level": "OK", "hasValue": True},
        "status": "",
        "quality": "Original",
        "metaData": {"type": "enum", "states": ["off", "on"]},
        "type": "enum",
        "value": [0, 1],
    }
    simulator.add_channel("a", samples=[sample, {**sample, "time": 2, "value": []}])
    samples = ARCHIVE + b"1/samples/a?prettyPrint&start=1&end="
    one = (
        '{\n  "time" : 1,\n  "severity" : {\n    "level" : "OK",\n    "hasValue" : true\n  },\n  "status" : "",\n'
        '  "quality" : "Original",\n  "metaData" : {\n    "type" : "enum",\n    "states" : [ "off", "on" ]\n  },\n'
        '  "type" : "enum",\n  "value" : [ 0, 1 ]\n}'
    )
    two = one.replace('"time" : 1', '"time" : 2').replace("[ 0, 1 ]", "[ ]")
    assert ask(simulator, samples + b"1").read().decode() == f"[ {one} ]"
    assert ask(simulator, samples + b"2").read().decode() == f"[ {one}, {two} ]"


def test_the_root_leads_to_the_user_interface(simulator: Simulator) -> None:
    response = ask(simulator, b"/")
    assert (response.status, response.header("Location")) == (303, "/admin/ui/")


def test_administrative_replies_are_protected_against_caches_and_frames(simulator: Simulator) -> None:
    for target in (ADMIN + b"/channels/all", ADMIN + b"/nothing", ADMIN + b"/channels/all/by-name/none"):
        response = ask(simulator, target)
        assert response.header("Cache-Control") == "no-cache, no-store, max-age=0, must-revalidate"
        assert response.header("X-Frame-Options") == "DENY"
        assert response.header("Set-Cookie") is None
    assert ask(simulator, ARCHIVE).header("Cache-Control") is None
