"""The options that every command has, before or after its name."""

from __future__ import annotations

import copy
from functools import cache
from typing import Annotated, Any

import typer
import typer.main

from .session import Session

PANEL = "Global options, before or after the command"


def _keep(context: typer.Context, parameter: typer.CallbackParam, value: Any) -> Any:
    session = context.find_object(Session)
    if session is not None and value is not None and value is not False:
        session.options[parameter.name] = value
    return value


def _option(*names: str, help: str, metavar: str | None = None, **more: Any) -> Any:  # noqa: A002 -- as typer's
    return typer.Option(
        *names, help=help, metavar=metavar, callback=_keep, expose_value=False, rich_help_panel=PANEL, **more
    )


def _declared(
    host: Annotated[
        str | None,
        _option("--host", metavar="HOST,...", help="Server, or several of which the next is asked when one fails."),
    ] = None,
    admin_url: Annotated[
        str | None, _option("--admin-url", metavar="URL", help="Administrative service, instead of --host.")
    ] = None,
    archive_url: Annotated[
        str | None, _option("--archive-url", metavar="URL,...", help="Archive-access service, instead of --host.")
    ] = None,
    profile: Annotated[
        str | None, _option("--profile", metavar="NAME", help="Settings stored under a name: cpva profile.")
    ] = None,
    username: Annotated[
        str | None, _option("--username", metavar="NAME", help="User for changes; admin if nothing else is said.")
    ] = None,
    password_from: Annotated[
        str | None,
        _option(
            "--password-from",
            metavar="SOURCE",
            help="Where the password comes from: prompt, environment (CPVA_PASSWORD), keyring, or file:PATH.",
        ),
    ] = None,
    tz: Annotated[
        str | None,
        _option("--tz", metavar="ZONE", help="Zone of times, such as Europe/Berlin or UTC; else the machine's."),
    ] = None,
    timeout: Annotated[
        float | None,
        _option("--timeout", metavar="SECONDS", help="Wait no longer than this without progress; else 30 s.", min=0.1),
    ] = None,
    as_json: Annotated[bool, _option("--json", help="Print JSON on stdout.")] = False,
    no_color: Annotated[bool, _option("--no-color", help="Print without colours.")] = False,
    quiet: Annotated[bool, _option("--quiet", help="No notes and no progress on stderr.")] = False,
    verbose: Annotated[bool, _option("--verbose", help="With failures, show their cause.")] = False,
    debug: Annotated[bool, _option("--debug", help="Show each request, and tracebacks of failures.")] = False,
) -> None:
    """Carries the options."""


@cache
def _parameters() -> list[Any]:
    carrier = typer.Typer(add_completion=False)
    carrier.command()(_declared)
    return list(typer.main.get_command(carrier).params)


def global_parameters(own: list[Any]) -> list[Any]:
    """The global options as parameters of a command, without those that it has itself."""
    taken = {name for parameter in own for name in parameter.opts}
    return [copy.copy(parameter) for parameter in _parameters() if not taken & set(parameter.opts)]


def global_names() -> list[str]:
    """The global options as they are written."""
    return [parameter.opts[0] for parameter in _parameters()]
