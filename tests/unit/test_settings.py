"""Settings from a profile and the environment, and where passwords come from."""

from __future__ import annotations

import inspect
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cassandra_pv_archiver import (
    AdminClient,
    ArchiveClient,
    ArchiveConfigurationCommands,
    AsyncAdminClient,
    AsyncArchiveClient,
    ClientSettings,
    NotAuthorizedError,
    SettingsError,
)
from cassandra_pv_archiver.settings import load_settings
from cassandra_pv_archiver.testing import Simulator

Write = Callable[[str], Path]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("CPVA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CPVA_PROFILES_FILE", str(tmp_path / "profiles.toml"))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        (tmp_path / "profiles.toml").write_text(text, "utf-8")
        return tmp_path / "profiles.toml"

    return write


LAB = """
default = "lab"

[profiles.lab]
host = ["one.example", "two.example"]
username = "operator"
password_from = "file:/run/secrets/archiver"
time_zone = "Europe/Berlin"
timeout = 10

[profiles.proxy]
admin_url = "https://proxy.example/a"
archive_url = "https://proxy.example/b"
verify = "/etc/ssl/site.pem"
"""


def test_a_profile_is_read_by_name_or_as_the_default(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write(LAB)
    lab = ClientSettings.from_profile()
    assert lab == ClientSettings.from_profile("lab")
    assert lab.admin_urls == ("http://one.example:4812", "http://two.example:4812")
    assert lab.archive_urls == ("http://one.example:9812", "http://two.example:9812")
    assert (lab.username, lab.time_zone, lab.timeout) == ("operator", "Europe/Berlin", 10)
    assert ClientSettings.from_profile("proxy").admin_urls == ("https://proxy.example/a",)
    monkeypatch.setenv("CPVA_PROFILE", "proxy")
    assert ClientSettings.from_profile().verify == "/etc/ssl/site.pem"


def test_settings_are_frozen_and_travel(write: Write) -> None:
    write(LAB)
    settings = ClientSettings.from_profile()
    assert pickle.loads(pickle.dumps(settings)) == settings
    with pytest.raises(AttributeError):
        settings.host = "other"  # pyright: ignore[reportAttributeAccessIssue] -- what is tested


def test_all_clients_are_made_of_a_profile(write: Write) -> None:
    write('[profiles.lab]\nhost = "one.example,two.example"\n')
    for kind in (AdminClient, AsyncAdminClient, ArchiveClient, AsyncArchiveClient):
        client = kind.from_profile("lab", timeout=3)
        assert "http://one.example:" in repr(client)
        assert inspect.signature(kind.from_profile).parameters["name"].default is None


def test_plain_constructors_read_nothing(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("not TOML")
    monkeypatch.setenv("CPVA_HOST", "elsewhere.example")
    with AdminClient("one.example") as client:
        assert "one.example" in repr(client)
    with pytest.raises(TypeError, match="server_name"):
        ArchiveClient()


def test_the_environment_comes_before_a_profile_and_options_before_both(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(LAB)
    monkeypatch.setenv("CPVA_USERNAME", "shift")
    monkeypatch.setenv("CPVA_TIMEOUT", "2.5")
    loaded = load_settings({"timeout": 7.0, "host": None})
    assert (loaded.settings.username, loaded.settings.timeout) == ("shift", 7.0)
    assert loaded.profile == "lab"
    assert loaded.origins["username"] == "CPVA_USERNAME"
    assert loaded.origins["timeout"] == "--timeout"
    assert loaded.origins["host"] == f"{path}: profiles.lab.host"
    assert load_settings(profile="lab").overruled == ("CPVA_USERNAME", "CPVA_TIMEOUT")


def test_a_host_hides_the_urls_of_a_profile(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write(LAB)
    monkeypatch.setenv("CPVA_PROFILE", "proxy")
    monkeypatch.setenv("CPVA_ARCHIVE_URL", "http://other.example:1")
    assert ClientSettings.from_profile().admin_urls == ("https://proxy.example/a",)
    assert ClientSettings.from_profile().archive_urls == ("http://other.example:1",)
    settings = load_settings({"host": "third.example"}).settings
    assert settings.admin_urls == ("http://third.example:4812",)
    assert settings.archive_urls == ("http://third.example:9812",)


@pytest.mark.parametrize("member", ["host", "admin_url"])
def test_the_password_of_a_profile_goes_to_its_own_servers_only(write: Write, member: str) -> None:
    write(LAB)
    assert load_settings().settings.password_from == "file:/run/secrets/archiver"
    value = "other.example" if member == "host" else "http://other.example"
    assert load_settings({member: value}).settings.password_from == "prompt"
    assert load_settings({member: value}, profile="proxy").settings.verify is True


def test_a_password_in_the_environment_is_where_it_comes_from(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write(LAB)
    monkeypatch.setenv("CPVA_PASSWORD", "s3cret")
    settings = ClientSettings.from_profile()
    assert settings.password_from == "environment"
    assert settings.read_password() == "s3cret"
    assert "s3cret" not in repr(settings)
    monkeypatch.delenv("CPVA_PASSWORD")
    with pytest.raises(SettingsError, match="CPVA_PASSWORD, which is not set"):
        settings.read_password()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x =", "is not TOML"),
        ("hosts = 1", "no member 'hosts'"),
        ("profiles = 1", "'profiles' holds tables"),
        ("[profiles]\nlab = 1", r"profiles\.lab is a table"),
        ("default = 'other'\n[profiles.lab]", r"'default' names one of the profiles \(lab\), not 'other'"),
        ("[profiles.lab]\nhosts = 'x'", r"profiles\.lab: there is no member 'hosts'; did you mean 'host'"),
        ("[profiles.lab]\nhost = 1", r"profiles\.lab\.host is text or a list of texts, not 1"),
        ("[profiles.lab]\nhost = [1]", r"profiles\.lab\.host is text or a list"),
        ("[profiles.lab]\ntimeout = true", r"profiles\.lab\.timeout is a number, not True"),
        ("[profiles.lab]\ntimeout = -1", r"profiles\.lab\.timeout: .*positive"),
        ("[profiles.lab]\nhost = 'a b'", r"profiles\.lab\.host: 'a b' is not a host name"),
        ("[profiles.lab]\nhost = 'http://x'", r"profiles\.lab\.host: .*admin_url and archive_url"),
        ("[profiles.lab]\nadmin_url = 'ftp://x'", r"profiles\.lab\.admin_url: the URL starts with http"),
        ("[profiles.lab]\nusername = 'a:b'", r"profiles\.lab\.username: "),
        ("[profiles.lab]\ntime_zone = 'Mars'", r"profiles\.lab\.time_zone: There is no time zone 'Mars'"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(write: Write, text: str, message: str) -> None:
    path = write(text)
    with pytest.raises(SettingsError, match=message) as caught:
        ClientSettings.from_profile("lab")
    assert str(path) in str(caught.value)


def test_passwords_in_the_wrong_place_are_refused_and_not_shown(write: Write) -> None:
    write("[profiles.lab]\npassword = 's3cret'")
    with pytest.raises(SettingsError, match="password_from") as caught:
        ClientSettings.from_profile("lab")
    assert "s3cret" not in str(caught.value)
    for source in ("s3cret", "file:", "prompt:s3cret"):
        with pytest.raises(SettingsError, match="never is the password") as caught:
            ClientSettings(password_from=source)
        assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("CPVA_HOST", "a/b"), ("CPVA_TIMEOUT", "soon"), ("CPVA_CREDENTIALS_ON_READS", "x"), ("CPVA_TZ", "Mars")],
)
def test_what_is_wrong_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"^{variable}: .*{value}"):
        ClientSettings.from_profile()


def test_a_profile_that_does_not_exist(write: Write, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no profile 'lab', because .*profiles\.toml has none"):
        ClientSettings.from_profile("lab")
    write(LAB)
    with pytest.raises(SettingsError, match=r"no profile 'la'.*It has: lab, proxy"):
        ClientSettings.from_profile("la")
    (tmp_path / "profiles.toml").unlink()
    (tmp_path / "profiles.toml").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        ClientSettings.from_profile()


def test_without_an_address_it_says_how_to_give_one() -> None:
    with pytest.raises(SettingsError, match=r"--archive-url.*CPVA_ARCHIVE_URL"):
        ArchiveClient.from_profile()
    with pytest.raises(SettingsError, match=r"administrative.*--admin-url"):
        AdminClient.from_settings(ClientSettings(archive_url="http://x"))


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_password_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "password"
    settings = ClientSettings(host="x", password_from=f"file:{file}")
    with pytest.raises(SettingsError, match="cannot be read"):
        settings.read_password()
    file.write_text("s3cret\n", "utf-8")
    file.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        settings.read_password()
    file.chmod(0o600)
    assert settings.read_password() == "s3cret"
    for content, message in (("", "is empty"), ("one\ntwo\n", "more than one line")):
        file.write_text(content, "utf-8")
        with pytest.raises(SettingsError, match=message):
            settings.read_password()
    with pytest.raises(SettingsError, match=r"is not a file|cannot be read"):
        ClientSettings(password_from=f"file:{tmp_path}").read_password()


@pytest.mark.one_interpreter
def test_without_a_terminal_nothing_is_asked() -> None:
    code = "from cassandra_pv_archiver import ClientSettings; ClientSettings().read_password()"
    done = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=50
    )
    assert "cannot be asked for without a terminal" in done.stderr


def test_the_password_is_read_once_and_only_for_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = Simulator()
    simulator.add_channel("x")
    commands = ArchiveConfigurationCommands()
    commands.refresh_channel("x")
    with simulator.serve() as running:
        monkeypatch.setenv("CPVA_ADMIN_URL", running.admin_url)
        monkeypatch.setenv("CPVA_PASSWORD_FROM", "environment")
        with AdminClient.from_profile() as admin:
            assert admin.get_channel("x").channel_name == "x"
            with pytest.raises(SettingsError, match="CPVA_PASSWORD, which is not set"):
                admin.run_archive_configuration_commands(commands)
            monkeypatch.setenv("CPVA_PASSWORD", "admin")
            assert admin.run_archive_configuration_commands(commands)[0].success
            monkeypatch.setenv("CPVA_PASSWORD", "wrong")
            assert admin.run_archive_configuration_commands(commands)[0].success
        with AdminClient.from_profile() as admin, pytest.raises(NotAuthorizedError):
            admin.run_archive_configuration_commands(commands)
