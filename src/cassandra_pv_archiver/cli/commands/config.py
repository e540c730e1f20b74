"""``cpva config``: what a cluster archives as files, compared, planned and applied."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cassandra_pv_archiver.cli.config_applying import Run, permissions_of, policy_of
from cassandra_pv_archiver.cli.config_export import exported, format_of, written
from cassandra_pv_archiver.cli.config_files import (
    completed,
    load_all,
    number_of,
    read_cluster,
    read_files,
    read_operand,
    write_new,
)
from cassandra_pv_archiver.cli.config_options import (
    AcceptWrongOptions,
    ExchangeNames,
    FileFormat,
    Files,
    Force,
    OwnedServers,
    RemoveChannels,
    RemoveLevels,
    ServerOfFiles,
    ShortenRetention,
)
from cassandra_pv_archiver.cli.config_showing import (
    COMPARED,
    DRIFTED,
    file_as_json,
    server_names,
    show_differences,
    show_line,
    show_plan,
)
from cassandra_pv_archiver.cli.config_sources import Desired, check_use, in_use, is_plan, left_of, saved, undoing
from cassandra_pv_archiver.cli.failures import Status, usage
from cassandra_pv_archiver.cli.frame import Command, examples, new_app
from cassandra_pv_archiver.cli.options import Yes
from cassandra_pv_archiver.cli.session import session_of

if TYPE_CHECKING:
    from cassandra_pv_archiver.configuration import (
        ApplyProgressHandler,
        ApplyReport,
    )

app: typer.Typer = new_app(
    no_args_is_help=True, help="Keep what a cluster archives in files: check, compare, plan and apply them."
)


@app.command("export", cls=Command)
@examples(
    "cpva config export cluster.yaml",
    "cpva config export --server archiver-1.example.org one.toml --own --ranges",
    "cpva config export --format csv",
)
def export(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to write it; stdout if it is left out.")
    ] = None,
    server: Annotated[
        list[str] | None, typer.Option("--server", metavar="ID|NAME", help="Only this server; may be repeated.")
    ] = None,
    form: Annotated[
        FileFormat | None, typer.Option("--format", help="The format; else the ending of FILE says it, or it is yaml.")
    ] = None,
    ranges: Annotated[
        bool, typer.Option("--ranges", help="Write names that differ only in a number as one (YAML and TOML).")
    ] = False,
    own: Annotated[
        bool, typer.Option("--own", help="Let the file own its servers: what it does not name is not wanted there.")
    ] = False,
    force: Force = False,
) -> None:
    """Write what a cluster archives into a file.

    The file appears under its name only when it is complete. XML is the servers' own format, for one server.
    """
    session = session_of(context)
    chosen = format_of(file, form)
    if own and chosen in {FileFormat.CSV, FileFormat.XML}:
        raise usage(f"--own: {chosen} cannot say what is owned.", "Write yaml or toml, or give --own when planning.")
    if ranges and chosen in {FileFormat.CSV, FileFormat.XML}:
        raise usage(f"--ranges: {chosen} names each channel.", "Write yaml or toml, or leave it out.")
    if file is not None and file.exists() and not force:
        raise usage(f"{file} exists.", "Give another name, or --force to replace it.")
    configuration = exported(session, server, own=own)
    content = written(session, configuration, chosen, ranges=ranges)
    if file is not None:
        write_new(file, content, force=force)
    if session.as_json:
        session.output.json(configuration if file is None else {"file": file, "channels": len(configuration.channels)})
    elif file is None:
        sys.stdout.buffer.write(content)
    else:
        session.output.note(f"{file}: {number_of(len(configuration.channels), 'channel')}.")


@app.command("validate", cls=Command)
@examples("cpva config validate ring.yaml", "cpva config validate ring.yaml linac.toml --json")
def validate(context: typer.Context, files: Files, accept_wrong_options: AcceptWrongOptions = False) -> None:
    """Check configuration files, without any server, and list all that is wrong.

    Several files are also checked together: no channel may be in two of them. The exit status is 2 if a file cannot be
    used; warnings do not count.
    """
    session = session_of(context)
    whole, loaded = load_all(files, accept_wrong_options=accept_wrong_options)
    if session.as_json:
        checked = [file_as_json(path, *found) for path, found in zip(files, loaded, strict=True)]
        session.output.json({"valid": whole is not None, "files": checked})
    else:
        for path, (file, problems) in zip(files, loaded, strict=True):
            for problem in problems:
                show_line(session, str(problem), "red" if problem.level == "error" else "yellow")
            if file is not None:
                show_line(session, f"{path}: {number_of(len(file.configuration.channels), 'channel')}", "green")
    if whole is None:
        errors = sum(problem.level == "error" for _, problems in loaded for problem in problems)
        raise usage(f"{number_of(errors, 'problem')} found.", "Correct what is listed.")


@app.command("diff", cls=Command)
@examples("cpva config diff ring.yaml ring.csv", "cpva config diff server-1.xml live:archiver-1.example.org")
def diff(
    context: typer.Context,
    before: Annotated[str, typer.Argument(metavar="A", help="A file, or live, or live:SERVER.")],
    after: Annotated[str, typer.Argument(metavar="B", help="What to compare it with, likewise.")],
) -> None:
    """Compare two configurations: of files, of exports, of a running cluster or one of its servers.

    All channels of both are compared; drift compares only what files are about. The exit status is 10 if they differ.
    A file that is called live is ./live.
    """
    from cassandra_pv_archiver.configuration import diff as compare

    session = session_of(context)
    first, second = read_operand(session, before), read_operand(session, after)
    found = compare(first, second)
    nothing = f"No difference; {number_of(len(second.channels), 'channel')}."
    show_differences(session, found, COMPARED, server_names(first, second), nothing=nothing)
    if found:
        raise typer.Exit(Status.DIFFERENCE)


@app.command("drift", cls=Command)
@examples("cpva config drift ring.yaml", "cpva config drift server-1.xml --server archiver-1.example.org --quiet")
def drift(
    context: typer.Context,
    files: Files,
    server: ServerOfFiles = None,
    own: OwnedServers = None,
) -> None:
    """Tell where the cluster is not what the files say, such as what was changed by hand.

    Channels that the files neither name nor own are left out. The exit status is 10 if something differs, and never for
    a failure.
    """
    from cassandra_pv_archiver.configuration import diff as compare

    session = session_of(context)
    read = read_files(session, files, accept_wrong_options=True)
    with session.admin() as admin:
        desired = completed(admin, read.configuration, server, own or ())
        current = read_cluster(session, admin)
    found = compare(current, desired, only_owned=True)
    nothing = f"No drift; {number_of(len(desired.channels), 'channel')}."
    show_differences(session, found, DRIFTED, server_names(desired, current), nothing=nothing)
    if found:
        raise typer.Exit(Status.DIFFERENCE)


@app.command("plan", cls=Command)
@examples("cpva config plan ring.yaml linac.toml", "cpva config plan linac.toml --allow-remove-levels -o plan.json")
def plan(
    context: typer.Context,
    files: Files,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Save the plan, to be reviewed and applied.")
    ] = None,
    remove_channels: RemoveChannels = False,
    remove_levels: RemoveLevels = False,
    shorten_retention: ShortenRetention = False,
    exchange_names: ExchangeNames = False,
    server: ServerOfFiles = None,
    own: OwnedServers = None,
    accept_wrong_options: AcceptWrongOptions = False,
    force: Force = False,
) -> None:
    """Show what has to be done so that the cluster archives what files say, and do nothing.

    What would remove samples is left out unless it is permitted.
    """
    session = session_of(context)
    policy = policy_of(
        remove_channels=remove_channels,
        remove_levels=remove_levels,
        shorten_retention=shorten_retention,
        exchange_names=exchange_names,
    )
    desired = Desired(files, server, tuple(own or ()), accept_wrong_options)
    if output is not None and not is_plan([output]):
        raise usage(
            f"{output} does not look like a plan.", "Give it a name that ends in .json, by which apply knows it."
        )
    if output is not None and output.exists() and not force:
        raise usage(f"{output} exists.", "Give another name, or --force to replace it.")
    read = desired.read(session)
    with session.admin() as admin:
        made, names = desired.plan(session, admin, read, policy)
    show_plan(session, made, names)
    if output is not None:
        write_new(output, (made.to_json() + "\n").encode("utf-8", "surrogatepass"), force=force)
        session.output.note(f"{output}: the plan. Apply it with: cpva config apply {output}")


@app.command("apply", cls=Command)
@examples(
    "cpva config apply ring.yaml --yes",
    "cpva config apply linac.toml --allow-remove-levels --yes --journal run.journal",
)
def apply(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE|PLAN.json", help="Configuration files, or one plan that was saved."),
    ] = None,
    remove_channels: RemoveChannels = False,
    remove_levels: RemoveLevels = False,
    shorten_retention: ShortenRetention = False,
    exchange_names: ExchangeNames = False,
    journal: Annotated[
        Path | None, typer.Option("--journal", metavar="FILE", help="A new file for what has been done, to go on from.")
    ] = None,
    continue_on_failure: Annotated[
        bool, typer.Option("--continue-on-failure", help="Leave out only what depends on commands that failed.")
    ] = False,
    resume: Annotated[
        Path | None, typer.Option("--resume", metavar="JOURNAL", help="Go on with a run that was interrupted.")
    ] = None,
    undo: Annotated[
        Path | None, typer.Option("--undo", metavar="JOURNAL", help="Make channels as they were before a run.")
    ] = None,
    server: ServerOfFiles = None,
    own: OwnedServers = None,
    accept_wrong_options: AcceptWrongOptions = False,
    yes: Yes = False,
) -> None:
    """Make the cluster archive what files, or a plan that was saved, say.

    What will be done is shown and asked; afterwards it is read back. Where samples would be removed for good, what is
    lost has to be typed. --yes does that only together with the --allow options that permit it. With --journal, a run
    that was interrupted can be continued or undone; without, apply the files again: what was done is not repeated.
    """
    session = session_of(context)
    policy = policy_of(
        remove_channels=remove_channels,
        remove_levels=remove_levels,
        shorten_retention=shorten_retention,
        exchange_names=exchange_names,
    )
    check_use(files or [], journal, resume, undo)
    on_failure = "continue" if continue_on_failure else "stop"
    with session.admin() as admin:
        if resume is not None:
            work = left_of(admin, resume)
        elif undo is not None:
            work = undoing(session, admin, undo, policy)
        elif is_plan(files or []):
            work = saved(admin, (files or [])[0])
        else:
            desired = Desired(files or [], server, tuple(own or ()), accept_wrong_options)
            work = desired.work(session, admin, policy)
        run = Run(session, work.names, permissions_of(policy), yes, resume or journal, work.again)

        def do(tell: ApplyProgressHandler) -> ApplyReport:
            if resume is not None:
                try:
                    return admin.resume(resume, on_failure=on_failure, progress=tell)
                except BlockingIOError as error:
                    raise in_use(resume) from error
            return admin.apply(work.plan, journal=journal, on_failure=on_failure, progress=tell)

        run.carry_out(work.plan, work.commands, do)
