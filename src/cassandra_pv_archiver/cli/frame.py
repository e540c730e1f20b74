"""How ``cpva`` and its commands are built: loaded when they are used, with global options, examples and failures."""

from __future__ import annotations

import inspect
import logging
import os
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar, cast

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from .failures import Failure, Status, explain
from .global_options import global_names, global_parameters
from .session import Session

F = TypeVar("F", bound=Callable[..., object])
_SILENT = logging.NullHandler()
CONTEXT_SETTINGS = {"help_option_names": ["-h", "--help"]}


@dataclass(frozen=True, slots=True)
class Entry:
    """A command that is loaded when it is used.

    Attributes:
        place: Module below ``cli`` and the name in it: a function, or a `typer.Typer` with commands of its own.
        help: The first line of its help, which a test holds against the docstring.
        panel: The heading under which it is listed.
    """

    place: str
    help: str
    panel: str

    def load(self, name: str) -> Any:
        """Imports the command and builds it."""
        module, _, attribute = self.place.partition(":")
        found = getattr(import_module(f".{module}", __package__), attribute)
        if not isinstance(found, typer.Typer):
            found = command_app(name, found)
        command: Any = typer.main.get_command(found)
        command.name = name
        return command


def examples(*lines: str) -> Callable[[F], F]:
    """Adds examples to the help of a command. Each is a command line that works as it stands; tests run it."""

    def add(function: F) -> F:
        cast("Any", function).examples = lines
        return function

    return add


class Command(TyperCommand):
    """A command with the global options, and with its examples at the end of its help."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.help: str | None = _filled(self.help)
        self.own: list[Any] = list(self.params)
        self.params: list[Any] = [*self.own, *global_parameters(self.own)]

    def get_params(self, ctx: Any) -> Any:
        """Every parameter, made fit for completion and for help."""
        return [_untyped(_quick(parameter)) for parameter in super().get_params(ctx)]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Leaves the global options out of the list, and names them at the end."""
        every, self.params = self.params, self.own
        try:
            super().format_help(ctx, formatter)
        finally:
            self.params = every
        lines: tuple[str, ...] = getattr(self.callback, "examples", ())
        if lines:
            typer.echo(" Examples:\n" + "".join(f"   {line}\n" for line in lines))
        names = f"Global options (see cpva --help): {' '.join(global_names())}"
        width = typer.get_terminal_size().columns
        typer.echo(textwrap.fill(names, width, break_on_hyphens=False, initial_indent=" ", subsequent_indent="   "))

    def invoke(self, ctx: Any) -> Any:
        """Runs the command; a reader of stdout that has gone, such as ``head``, is no failure."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:
            discard_stdout()
            raise typer.Exit(Status.OK) from error
        return result


class Group(TyperGroup):
    """A command with commands of its own, and with the global options."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params: list[Any] = [*self.params, *global_parameters(self.params)]

    def get_params(self, ctx: Any) -> Any:
        """Every parameter, made fit for completion and for help."""
        return [_untyped(_quick(parameter)) for parameter in super().get_params(ctx)]


class Root(Group):
    """``cpva`` itself: commands that are loaded late, and failures in two lines."""

    entries: Mapping[str, Entry] = {}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, entry in self.entries.items():
            # What help and completion need to know.
            self.commands[name] = Command(name=name, help=entry.help, rich_help_panel=entry.panel)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Finds a command, which is now imported."""
        name, stub, rest = super().resolve_command(ctx, args)
        entry = self.entries.get(name or "")
        return name, stub if entry is None else entry.load(cast("str", name)), rest

    def main(
        self,
        args: Any = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs one command line, and tells how it failed if it did."""
        session = Session()
        logging.getLogger("cassandra_pv_archiver").addHandler(_SILENT)  # its events are told by the session
        try:
            try:
                result = super().main(args, prog_name, complete_var, False, windows_expand_args, obj=session, **extra)
                sys.stdout.flush()
            except (BrokenPipeError, SystemExit) as error:
                # What typer makes of a reader that has gone, while help is printed.
                if not isinstance(error.__context__ or error, BrokenPipeError):
                    raise
                discard_stdout()
                result = Status.OK
            status = result if isinstance(result, int) else Status.OK
            if status == Status.INTERRUPTED:
                _say_interrupted()
        except TyperException as error:
            status = _say(session, _of_usage(error), error)
        except typer.Abort as error:
            status = _say(session, Failure("Nothing was answered, so nothing was done."), error)
        except Exception as error:  # noqa: BLE001 -- nobody should see a traceback without asking for it
            if _is_interrupt(error):
                _say_interrupted()
                status = Status.INTERRUPTED
            else:
                status = _say(session, explain(error), error)
        if standalone_mode:
            sys.exit(int(status))
        return int(status)


def command_app(name: str, function: Callable[..., object]) -> typer.Typer:
    """An application of one command."""
    app = new_app()
    app.command(name, cls=Command, context_settings=CONTEXT_SETTINGS)(function)
    return app


def new_app(**options: Any) -> typer.Typer:
    """An application for a group of commands; add them with ``@app.command("name", cls=Command)``."""
    return typer.Typer(
        cls=Group, add_completion=False, pretty_exceptions_enable=False, context_settings=CONTEXT_SETTINGS, **options
    )


def discard_stdout() -> None:
    """Lets whatever is still to be written to stdout vanish, so that the interpreter does not complain at its end."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _quick(parameter: Any) -> Any:
    """Lets completion skip a parameter that is not given: typer would import pydantic to convert nothing."""
    if "process_value" in vars(parameter):
        return parameter
    process = parameter.process_value

    def process_value(ctx: Any, value: Any) -> Any:
        return None if value is None and ctx.resilient_parsing else process(ctx, value)

    parameter.process_value = process_value
    return parameter


def _untyped(parameter: Any) -> Any:
    """Lets help leave out that a switch is a ``<bool>`` and a name a ``<str>``."""
    if parameter.param_type_name == "argument" or parameter.is_flag:
        parameter.display_type_rich = _no_type
    return parameter


def _no_type(ctx: Any) -> None:
    """What kind of value a parameter takes, where its name says it."""


def _filled(text: str | None) -> str | None:
    """Paragraphs without the line breaks of the source, which typer would keep."""
    if text is None:
        return None
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in inspect.cleandoc(text).split("\n\n"))


def _say(session: Session, failure: Failure, error: BaseException) -> Status:
    if (session.debug and failure.status is not Status.USAGE) or (session.debug and error.__cause__ is not None):
        import traceback

        typer.echo("".join(traceback.format_exception(error)).rstrip(), err=True)
    output = session.output
    output.errors.print(failure.what, style="red", soft_wrap=True)
    if failure.advice:
        output.errors.print(failure.advice, soft_wrap=True)
    if session.verbose:
        for cause in _causes(error):
            output.errors.print(f"Cause: {cause}", style="dim", soft_wrap=True)
    return failure.status


def _say_interrupted() -> None:
    typer.echo("\nInterrupted.", err=True)


def _is_interrupt(error: BaseException) -> bool:
    """Whether Ctrl-C is behind an error that nobody raised on purpose, as of the interpreter making a class."""
    if isinstance(error, Failure):
        return False
    return any(isinstance(cause, KeyboardInterrupt) for cause in _chain(error))


def _causes(error: BaseException) -> list[str]:
    """What led to an error, from the nearest to the farthest, each once."""
    return list(dict.fromkeys(f"{type(cause).__name__}: {cause}" for cause in _chain(error)))


def _chain(error: BaseException) -> Iterator[BaseException]:
    while (cause := error.__cause__ or error.__context__) is not None:
        yield cause
        error = cause


def _of_usage(error: TyperException) -> Failure:
    context: Any = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "cpva"
    what, _, hint = error.format_message().strip().partition(" Did you mean ")
    advice = f"See: {path} --help"
    if hint:
        advice = f"Did you mean {hint} {advice}"
    return Failure(what if what.endswith((".", "?", "!")) else f"{what}.", advice, Status.USAGE)
