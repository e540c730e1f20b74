"""The administrative service (section 2)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from .admin_paths import lenient_server_id, tilde_decoded
from .admin_views import AdminViews, Members, UnavailableError
from .authentication import Authentication
from .cluster import Cluster
from .command_execution import DATABASE_ACCESS_ERROR, run_batch
from .command_parsing import Command, parse_commands
from .configuration_import import ImportRequest, parse_import, run_import
from .configuration_writing import write_configuration
from .container import lookup_path, split_target
from .java_json import write
from .json_reading import UnreadableError, parse
from .messages import Framing, SimulatorRequest, SimulatorResponse, empty, json_reply, page
from .users import User

PREFIX = "/admin/api/1.0"
_SECURITY_HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-XSS-Protection", "1; mode=block"),
    ("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate"),
    ("Pragma", "no-cache"),
    ("Expires", "0"),
    ("X-Frame-Options", "DENY"),
]
_ANY_METHOD = "GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS"
_JSON_TYPE = re.compile(r"application/(json|[^/ ]*\+json)")
_JSON_RANGE = re.compile(r"\*(/\*)?|application/(\*|json|[^/ ]*\+json)")
_Parsed = TypeVar("_Parsed")
_Read = Callable[[], SimulatorResponse]


class AdminService:
    """The administrative service of one server.

    Args:
        cluster: The cluster.
        server_id: The server.
    """

    def __init__(self, cluster: Cluster, server_id: UUID) -> None:
        self._cluster = cluster
        self._server_id = server_id
        self._views = AdminViews(cluster, server_id)
        self._authentication = Authentication(cluster)

    def handle(self, request: SimulatorRequest) -> SimulatorResponse:
        """Answers a request."""
        path = lookup_path(split_target(request.target)[0])
        if path == "/":
            return SimulatorResponse(303, [("Location", "/admin/ui/"), ("Content-Language", "en-US")])
        user = self._authentication.user(request.header("Authorization"))
        response = _refused() if user is None else self._routed(request, path, user)
        return SimulatorResponse(
            response.status, [*_SECURITY_HEADERS, *response.headers], response.body, response.framing
        )

    def _routed(self, request: SimulatorRequest, path: str, user: User) -> SimulatorResponse:
        if not path.startswith(PREFIX + "/"):
            return page(404)
        segments = path.removeprefix(PREFIX).removesuffix("/").split("/")[1:]
        match segments:
            case ["run-archive-configuration-commands"]:
                return self._change(request, user, parse_commands, self._run_commands)
            case ["channels", "by-server", server, "import"]:
                return self._change(
                    request, user, parse_import, lambda asked: self._import(lenient_server_id(server), asked)
                )
            case ["cluster-status"] | ["server-status", "this-server"]:
                status = self._views.cluster_status if len(segments) == 1 else self._views.server_status
                return _any_method(request, lambda: _json(200, status()))
            case _:
                found = self._reading(segments)
                return page(404) if found is None else _read_method(request, found)

    def _reading(self, segments: list[str]) -> _Read | None:
        match segments:
            case ["channels", "all"]:
                return lambda: _found(self._views.all_channels())
            case ["channels", "all", "by-name", name] if name:
                return lambda: _found(self._views.channel(tilde_decoded(name)))
            case ["channels", "by-server", server] if server:
                return lambda: _for_server(server, self._views.channels_of)
            case ["channels", "by-server", server, "by-name", name] if server and name:
                return lambda: _for_server(server, lambda owner: self._views.channel(tilde_decoded(name), owner))
            case ["channels", "by-server", server, "export"] if server:
                return lambda: _for_server(server, self._exported)
            case _:
                return None

    def _exported(self, server_id: UUID) -> Members | None:
        owned = self._views.owned(server_id)
        if owned is None:
            return None
        return {"configurationFile": base64.b64encode(write_configuration(owned[0])).decode()}

    def _change(
        self,
        request: SimulatorRequest,
        user: User,
        read: Callable[[Any], _Parsed],
        run: Callable[[_Parsed], SimulatorResponse],
    ) -> SimulatorResponse:
        """A function that changes something: media type, body and role are checked in this order."""
        if request.method != "POST":
            return _other_method(request, "POST", "POST")
        media_type = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
        if request.body and not _JSON_TYPE.fullmatch(media_type):
            return page(415)
        try:
            asked = read(parse(request.body))
        except UnreadableError:
            return page(400)
        return _negotiated(request, run(asked)) if user.is_administrator else _refused()

    def _run_commands(self, commands: list[Command]) -> SimulatorResponse:
        if commands and not self._cluster.can_find_owners():
            return _json(503, {"errorMessage": DATABASE_ACCESS_ERROR, "results": None})
        results = run_batch(self._cluster, self._server_id, commands)
        status = 200 if all(result["success"] for result in results) else 500
        return _json(status, {"errorMessage": None, "results": results})

    def _import(self, server_id: UUID | None, asked: ImportRequest) -> SimulatorResponse:
        if server_id is None:
            return empty(404)
        return _json(*run_import(self._cluster, self._server_id, server_id, asked))


def _json(status: int, members: Members) -> SimulatorResponse:
    return json_reply(status, write(members), Framing.CHUNKED)


def _refused() -> SimulatorResponse:
    return page(403, "Access Denied")


def _found(members: Members | None) -> SimulatorResponse:
    return empty(404) if members is None else _json(200, members)


def _for_server(server: str, view: Callable[[UUID], Members | None]) -> SimulatorResponse:
    server_id = lenient_server_id(server)
    return empty(404) if server_id is None else _found(view(server_id))


def _read_method(request: SimulatorRequest, read: _Read) -> SimulatorResponse:
    if request.method not in {"GET", "HEAD"}:
        return _other_method(request, "GET", "GET,HEAD")
    try:
        return _negotiated(request, read())
    except UnavailableError:
        return empty(503)


def _any_method(request: SimulatorRequest, read: _Read) -> SimulatorResponse:
    if request.method == "OPTIONS":
        return SimulatorResponse(200, [("Allow", _ANY_METHOD)])
    return _negotiated(request, read())


def _other_method(request: SimulatorRequest, mapped: str, options: str) -> SimulatorResponse:
    if request.method == "OPTIONS":
        return SimulatorResponse(200, [("Allow", options)])
    refused = page(405, f"Request method '{request.method}' not supported")
    return SimulatorResponse(405, [("Allow", mapped), *refused.headers], refused.body)


def _negotiated(request: SimulatorRequest, response: SimulatorResponse) -> SimulatorResponse:
    """The reply, unless it is JSON that the client does not accept (section 1.1)."""
    accept = ",".join(value for name, value in request.headers if name.lower() == "accept") or "*/*"
    ranges = (part.partition(";")[0].strip().lower() for part in accept.split(","))
    if response.framing is not Framing.CHUNKED or any(map(_JSON_RANGE.fullmatch, ranges)):
        return response
    return page(406)
