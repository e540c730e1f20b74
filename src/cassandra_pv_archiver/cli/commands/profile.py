"""``cpva profile``: settings stored under names."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import typer

from cassandra_pv_archiver.cli.failures import Failure, usage
from cassandra_pv_archiver.cli.frame import Command, examples, new_app
from cassandra_pv_archiver.cli.session import session_of

TEMPLATE = """\
# Profiles of cpva and of ClientSettings.from_profile(). Passwords are not kept here.
# default = "lab"

# [profiles.lab]
# host = "archiver.example.org"            # or ["one.example.org", "two.example.org"]
# admin_url = "https://proxy.example.org/archiver"      # instead of host
# archive_url = "https://proxy.example.org/archiver"
# username = "admin"
# password_from = "prompt"                 # or "environment", "keyring", "file:~/.archiver-password"
# time_zone = "Europe/Berlin"
# timeout = 30
"""

app: typer.Typer = new_app(no_args_is_help=True, help="Show and edit settings that are stored under a name.")


@app.command("list", cls=Command)
@examples("cpva profile list")
def list_profiles(context: typer.Context) -> None:
    """List the profiles; the default one is marked."""
    from cassandra_pv_archiver._profiles import profiles_path, read_profiles

    session = session_of(context)
    file = read_profiles(profiles_path())
    if session.as_json:
        session.output.json(
            [{"name": name, "default": name == file.default, **members} for name, members in file.profiles.items()]
        )
        return
    session.output.table(
        ("Profile", "Default", "Host or addresses"),
        [
            (name, "yes" if name == file.default else "", " ".join(_addresses(dict(members))))
            for name, members in file.profiles.items()
        ],
        empty=f"There is no profile in {file.path}. Make one with: cpva profile edit",
    )


@app.command("show", cls=Command)
@examples("cpva profile show")
def show(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A profile; without, the one in use.")] = None,
) -> None:
    """Show the settings in use, and where each comes from: option, environment, profile, or default."""
    session = session_of(context)
    if name is not None:
        session.options["profile"] = name
    loaded = session.loaded
    rows = [
        {"setting": field.name, "value": getattr(loaded.settings, field.name), "from": loaded.origins.get(field.name)}
        for field in fields(loaded.settings)
    ]
    if session.as_json:
        session.output.json({"profile": loaded.profile, "settings": rows})
    else:
        cells = [(row["setting"], row["value"], row["from"] or "default") for row in rows]
        session.output.table(("Setting", "Value", "From"), cells, wrap=("From",))


@app.command("path", cls=Command)
@examples("cpva profile path")
def path(context: typer.Context) -> None:
    """Print the path of the file of profiles, whether it exists or not."""
    from cassandra_pv_archiver._profiles import profiles_path

    session = session_of(context)
    where = profiles_path()
    if session.as_json:
        session.output.json({"path": where, "exists": where.exists()})
    else:
        session.output.line(str(where))


@app.command("edit", cls=Command)
@examples("cpva profile edit")
def edit(context: typer.Context) -> None:
    """Open the file of profiles in the editor of VISUAL or EDITOR, and check it afterwards."""
    from cassandra_pv_archiver._profiles import profiles_path, read_profiles

    session = session_of(context)
    where = profiles_path()
    _create(where)
    editor = _editor(where)
    try:
        done = subprocess.run([*editor, str(where)], check=False)  # noqa: S603 -- the user's own editor
    except OSError as error:
        raise usage(f"The editor {editor[0]} cannot be started: {error.strerror}.", "Set EDITOR.") from error
    if done.returncode:
        raise Failure(f"The editor {editor[0]} ended with status {done.returncode}.", f"See: {where}")
    number = len(read_profiles(where).profiles)
    session.output.note(f"{where} is in order; it has {number} {'profile' if number == 1 else 'profiles'}.")


def _create(where: Path) -> None:
    if where.exists():
        return
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(TEMPLATE, "utf-8")
    except OSError as error:
        raise Failure(
            f"{where} cannot be created: {error.strerror}.", "Name another with CPVA_PROFILES_FILE."
        ) from error


def _editor(where: Path) -> list[str]:
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if named:
        return shlex.split(named, posix=os.name == "posix")
    usual = "notepad" if sys.platform == "win32" else "vi"
    found = next((editor for editor in ("sensible-editor", usual, "nano") if shutil.which(editor)), None)
    if found is None:
        raise usage("There is no editor.", f"Set EDITOR, or edit {where}")
    return [found]


def _addresses(members: dict[str, object]) -> list[str]:
    return [str(members[name]) for name in ("host", "admin_url", "archive_url") if name in members]
