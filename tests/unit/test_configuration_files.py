"""An exported file is there as a whole, or the old one is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cassandra_pv_archiver._configuration_files import write_configuration

# A limit on the size of files acts like a full disk: the write fails after the first part.
FULL_DISK = """
import resource, signal, sys
from cassandra_pv_archiver._configuration_files import write_configuration
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
before = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
try:
    write_configuration(b"new" * 100_000, sys.argv[1])
except OSError as error:
    print("failed:", error.strerror)
resource.setrlimit(resource.RLIMIT_FSIZE, before)  # what measures coverage writes its file at the end
"""


@pytest.mark.one_interpreter
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "configuration.xml"
    path.write_bytes(b"old")
    command = [sys.executable, "-c", FULL_DISK, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert done.stdout == "failed: File too large\n", done.stderr
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_mode_and_links_are_kept(tmp_path: Path) -> None:
    path, link = tmp_path / "configuration.xml", tmp_path / "link.xml"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    write_configuration(b"new", link)
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
