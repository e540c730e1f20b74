"""What all commands have in common: global options, failures, exit statuses, pipes, speed."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from cassandra_pv_archiver.cli.app import COMMANDS, app
from tests.cli.conftest import CPVA, Cpva

HEAVY = {"numpy", "httpx", "pydantic", "msgspec", "pandas", "matplotlib"}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_their_help_begins_with(name: str) -> None:
    command = COMMANDS[name].load(name)
    assert command.help.partition("\n")[0] == COMMANDS[name].help
    assert command.name == name


@pytest.mark.parametrize("arguments", [("--json", "search", "RING:M*"), ("search", "RING:M*", "--json")])
def test_global_options_stand_before_or_after_the_command(cpva: Cpva, arguments: tuple[str, ...]) -> None:
    done = cpva(*arguments)
    assert json.loads(done.stdout) == ["RING:MODE"]
    assert not done.stderr


def test_the_option_after_the_command_counts(cpva: Cpva) -> None:
    done = cpva("--tz", "Mars", "search", "RING:MODE", "--tz", "UTC")
    assert (done.exit_code, done.stdout) == (0, "RING:MODE\n")


def test_without_a_command_there_is_help(nowhere: Cpva) -> None:
    done = nowhere()
    assert done.exit_code == 0
    assert "search" in done.stdout
    assert "--host" in done.stdout


def test_help_of_a_command_has_its_examples_and_names_the_global_options(nowhere: Cpva) -> None:
    done = nowhere("search", "-h")
    assert "   cpva search 'RING:*'\n" in done.stdout
    assert "--archive-url" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "status", "what", "advice"),
    [
        (("serch", "x"), 2, "No such command 'serch'.", "Did you mean 'search'? See: cpva --help"),
        (("search",), 2, "Missing argument 'PATTERN'.", "See: cpva search --help"),
        (("search", "x", "--lnog"), 2, "No such option: --lnog", "See: cpva search --help"),
        (("search", "x", "--timeout", "0"), 2, "Invalid value for '--timeout'", "See: cpva search --help"),
        (("search", "[", "--regexp"), 2, "Unclosed character class", "Correct"),
        (("search", "x", "--tz", "Mars"), 2, "--tz: There is no time zone 'Mars'", ""),
        (("search", "x", "--profile", "lab"), 2, "There is no profile 'lab'", "See: cpva profile edit"),
        (("search", "x", "--host", "http://x"), 2, "--host: 'http://x' is not a host name", ""),
        (("search", "a\\b"), 2, "has a backslash at position 1", "Write ?"),
    ],
)
def test_failures_are_what_happened_and_what_to_do(
    cpva: Cpva, arguments: tuple[str, ...], status: int, what: str, advice: str
) -> None:
    done = cpva(*arguments)
    assert done.exit_code == status, done.stderr
    first, *others = done.stderr.splitlines()
    assert what in first
    assert len(others) <= 1
    assert advice in "".join(others)
    assert not done.stdout


def test_help_fills_its_lines_and_names_no_types_where_names_say_it(cpva: Cpva) -> None:
    shown = cpva("plot", "--help", COLUMNS="300").stdout
    assert "server has them, with minimum and maximum, and raw ones after" in shown
    assert "Usage: cpva plot [OPTIONS] [CHANNEL]...\n" in "\n".join(line.strip() for line in shown.splitlines()) + "\n"
    for command in ("plot", "import", "channels"):
        assert not {"<bool>", "<str>", "<path>", "<list[str]>"} & set(cpva(command, "--help").stdout.split())


def test_without_an_address_it_says_where_to_give_one(nowhere: Cpva) -> None:
    done = nowhere("search", "x")
    assert done.exit_code == 2
    assert done.stderr.splitlines()[1].startswith("Give --host or --archive-url")


@pytest.fixture
def closed() -> str:
    """The address of a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def test_an_unreachable_service_is_status_3_and_each_repetition_one_line(nowhere: Cpva, closed: str) -> None:
    done = nowhere("search", "x", "--archive-url", closed, "--timeout", "1")
    *repetitions, what, advice = done.stderr.splitlines()
    assert done.exit_code == 3
    assert repetitions
    assert all("Trying again in" in line for line in repetitions)
    assert what.startswith(f"Cannot connect to {closed}")
    assert "cpva doctor" in advice
    quiet = nowhere("--quiet", "search", "x", "--archive-url", closed, "--timeout", "0.1")
    assert len(quiet.stderr.splitlines()) == 2


def test_verbose_adds_the_cause_and_debug_the_traceback(nowhere: Cpva, closed: str) -> None:
    options = ("search", "x", "--archive-url", closed, "--timeout", "0.1")
    assert "Cause: ConnectError" in nowhere(*options, "--verbose").stderr
    debug = nowhere(*options, "--debug", CPVA_PASSWORD="s3cret-of-mine").stderr
    assert "Traceback (most recent call last)" in debug
    assert "s3cret-of-mine" not in debug


def test_the_next_of_several_services_is_asked(cpva: Cpva, closed: str) -> None:
    done = cpva("search", "RING:MODE", "--archive-url", f"{closed},{cpva.environment['CPVA_ARCHIVE_URL']}")
    assert (done.exit_code, done.stdout) == (0, "RING:MODE\n")
    assert "The next server is asked" in done.stderr
    done = cpva("search", "RING:MODE", "--long", "--admin-url", f"{closed},{cpva.environment['CPVA_ADMIN_URL']}")
    assert done.exit_code == 0
    assert "RING:MODE  archiver-1.example.org" in done.stdout


def test_the_environment_that_overrules_a_profile_is_named(cpva: Cpva) -> None:
    profiles = Path(cpva.environment["CPVA_PROFILES_FILE"])
    profiles.write_text('[profiles.lab]\narchive_url = "http://other.example"\n', "utf-8")
    done = cpva("search", "RING:MODE", "--profile", "lab")
    assert done.stdout == "RING:MODE\n"
    assert done.stderr == "The environment comes before profile 'lab': CPVA_ARCHIVE_URL.\n"


@pytest.mark.one_interpreter
@pytest.mark.parametrize("arguments", [("search", "*"), ("--help",), ("get", "--help"), ("profile",), ("--version",)])
def test_a_reader_that_has_gone_is_no_failure(cpva: Cpva, arguments: tuple[str, ...]) -> None:
    with cpva.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait(50) == 0
        assert not process.stderr.read()


def end_by(number: signal.Signals, process: subprocess.Popen[str]) -> int:
    """Sends a signal until it is heard: one that comes right before a system call is not."""
    for _ in range(10):
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(5)
    raise AssertionError("It did not end.")


@pytest.mark.one_interpreter
def test_control_c_ends_with_130_at_once(nowhere: Cpva) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with nowhere.start("search", "x", "--archive-url", url, stderr=subprocess.PIPE) as process:
            connection, _ = silent.accept()
            with connection:
                connection.recv(1000)
                assert end_by(signal.SIGINT, process) == 130
            assert process.stderr is not None
            assert process.stderr.read().strip() == "Interrupted."


@pytest.mark.one_interpreter
@pytest.mark.parametrize("words", ["--version", "--help", "COMPLETE se", "COMPLETE search --reg"])
def test_nothing_heavy_is_imported_for_help_version_and_completion(nowhere: Cpva, words: str) -> None:
    code = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print('HEAVY', sorted({HEAVY} & set(sys.modules)), file=sys.stderr))\n"
        "sys.argv[0] = 'cpva'\n"
        "from cassandra_pv_archiver.cli import main\n"
        "main()"
    )
    environment, arguments = nowhere.complete(), words.split()
    if arguments[0] == "COMPLETE":
        line = ["cpva", *arguments[1:]]
        environment |= {
            "_CPVA_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(line),
            "COMP_CWORD": str(len(line) - 1),
        }
        arguments = []
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=50, env=environment
    )
    assert done.stderr.splitlines()[-1] == "HEAVY []"
    assert done.returncode == 0
    expected = {"COMPLETE se": "search", "COMPLETE search --reg": "--regexp"}
    assert expected.get(words, "cpva") in done.stdout


def test_names_of_channels_are_completed(cpva: Cpva, monkeypatch: pytest.MonkeyPatch) -> None:
    from cassandra_pv_archiver.cli.completion import complete_channel
    from cassandra_pv_archiver.cli.session import Session

    for name, value in cpva.environment.items():
        monkeypatch.setenv(name, value)
    context = typer.Context(typer.main.get_command(app), obj=Session())
    assert complete_channel(context, "RING:M") == ["RING:MODE"]
    assert complete_channel(context, "ring:m") == []
    monkeypatch.setenv("CPVA_ARCHIVE_URL", "http://127.0.0.1:1")
    assert complete_channel(typer.Context(typer.main.get_command(app), obj=Session()), "RING:M") == []


@pytest.mark.one_interpreter
def test_pipes_are_utf_8_in_every_locale(cpva: Cpva) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    run = Cpva(cpva.environment | ascii_only)
    options = ("get", "--channels-file", "-", "--at", "now", "--format", "csv")
    done = subprocess.run(
        [*CPVA, *options],
        input="# Temperaturen für später\nRING:S01:TEMP\n".encode(),
        capture_output=True,
        env=run.complete(),
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert ",°C," in done.stdout.decode()


@pytest.mark.one_interpreter
@pytest.mark.skipif(sys.platform == "win32", reason="shells and devices of POSIX")
@pytest.mark.parametrize(
    ("redirection", "status", "said"),
    [
        (">&-", 0, ""),
        ("<&- >&-", 0, ""),
        ("2>&- | cat", 0, "RING:MODE\n"),
        pytest.param(
            ">/dev/full",
            1,
            "What was to be printed cannot be written: No space left on device.\nCheck where it goes to.\n",
            marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device"),
        ),
    ],
)
def test_streams_that_are_closed_or_full(cpva: Cpva, redirection: str, status: int, said: str) -> None:
    command = f"{shlex.join([*CPVA, 'search', 'RING:MODE'])} {redirection}"
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, timeout=50, env=cpva.complete(), check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (status, said)


@pytest.mark.parametrize("range_", [("--start", "-1h"), ("--at", "-1h")])
def test_each_misspelt_channel_is_told_what_comes_near(cpva: Cpva, range_: tuple[str, ...]) -> None:
    alone = cpva("get", "NO:SUCH", "RING:CURENT", *range_)
    assert alone.exit_code == 1
    assert alone.stderr.splitlines() == [
        "There is no channel 'RING:CURENT'. Did you mean RING:CURRENT?",
        "There is no channel 'NO:SUCH'.",
        "Look for names with: cpva search '*PART*'",
    ]
    beside = cpva("get", "RING:MODE", "RING:CURENT", *range_)
    assert beside.exit_code == 1
    assert beside.stdout
    assert beside.stderr.splitlines()[-1] == "There is no channel 'RING:CURENT'. Did you mean RING:CURRENT?"


@pytest.mark.one_interpreter
@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_names_with_colons(cpva: Cpva, tmp_path: Path) -> None:
    command = tmp_path / "cpva"
    command.write_text(f"#!{sys.executable}\nfrom cassandra_pv_archiver.cli import main\nmain()\n", "utf-8")
    command.chmod(0o755)
    environment = {**cpva.complete(), "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    lines = {
        "cpva get RING:CU": "CURRENT",
        "cpva channel LINAC:GUN:": "HV SPARE",
        "cpva get --start 'yesterday 02:10' RING:S01:T": "TEMP",
        "cpva sta": "status",
        "cpva profile ": "list show path edit",
    }
    # Again if a busy machine has not answered within the second that there is.
    asked = "".join(
        f"COMP_LINE={shlex.quote(line)} COMP_POINT={len(line)}\n"
        'for turn in 1 2 3 4 5; do _cpva_completion cpva; [[ "${COMPREPLY[*]}" ]] && break; done\n'
        "echo ${COMPREPLY[*]}\n"
        for line in lines
    )
    done = subprocess.run(
        [
            "bash",
            "--norc",
            "-c",
            f"eval \"$(cpva --show-completion)\"\nCOMP_WORDBREAKS=$' \\t\\n\"\\'><=;|&(:'\n{asked}",
        ],
        capture_output=True,
        text=True,
        timeout=50,
        env=environment,
        check=False,
    )
    assert done.stdout.splitlines() == list(lines.values()), done.stderr
