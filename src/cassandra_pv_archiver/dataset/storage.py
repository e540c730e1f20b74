"""Where the files of a dataset lie: a folder, or any file system of pyarrow."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

from ._arrow import arrow
from .layout import UNFINISHED

__all__ = ["DatasetPath", "NewFile", "Storage"]

DatasetPath: TypeAlias = str | os.PathLike[str] | Any
"""A folder, a URI that pyarrow knows such as ``s3://bucket/folder``, or a ``pyarrow.fs.FileSystem``."""

_AT_ONCE = 16
_BLOCK = 4 * 1024 * 1024


class Storage:
    """Reads and writes the files of a dataset, by their names within it.

    Where files can be moved at once, on a local file system, they are written aside, made durable and moved into place.
    Elsewhere, on object stores, a file shows when it is whole anyway.

    Attributes:
        filesystem: The ``pyarrow.fs.FileSystem``.
        root: The dataset's folder within it, without a slash at its end.
        folder: The folder on this machine; None if the dataset is elsewhere.
    """

    filesystem: Any
    root: str
    folder: Path | None

    def __init__(self, path: DatasetPath) -> None:
        """Finds out what a path means; nothing is read or written.

        Raises:
            TypeError: This is no path.
            ValueError: pyarrow knows no such URI.
        """
        fs = arrow("fs")
        if isinstance(path, fs.FileSystem):
            self.filesystem, self.root = path, ""
        elif isinstance(path, str) and "://" in path:
            self.filesystem, self.root = fs.FileSystem.from_uri(path)
        elif isinstance(path, str | os.PathLike):
            self.filesystem = fs.LocalFileSystem()
            self.root = str(Path(cast("str | os.PathLike[str]", path)).absolute())
        else:
            raise TypeError(
                f"A dataset is in a folder, at a URI, or in a pyarrow.fs.FileSystem, not in {type(path).__name__}."
            )
        self.root = self.root.rstrip("/")
        self.folder = _local_folder(self.filesystem, self.root)

    def __str__(self) -> str:
        return str(self.folder) if self.folder is not None else f"{self.filesystem.type_name}:{self.root}"

    def path(self, name: str) -> str:
        """The path of a file, as the file system has it."""
        return f"{self.root}/{name}" if self.root else name

    def exists(self, name: str) -> bool:
        """Whether there is such a file or folder."""
        return self.filesystem.get_file_info(self.path(name)).type != arrow("fs").FileType.NotFound

    def size(self, name: str) -> int | None:
        """Bytes of a file; None if there is none."""
        info = self.filesystem.get_file_info(self.path(name))
        return int(info.size) if info.is_file else None

    def files(self, folder: str = "", *, recursive: bool = False) -> list[str]:
        """The names of the files in a folder; none if it does not exist."""
        fs = arrow("fs")
        place = self.path(folder) if folder else self.root
        selector = fs.FileSelector(place, recursive=recursive, allow_not_found=True)
        before = len(self.root) + 1 if self.root else 0
        return sorted(info.path[before:] for info in self.filesystem.get_file_info(selector) if info.is_file)

    def folders(self) -> list[str]:
        """The names of the folders right in the dataset."""
        fs = arrow("fs")
        selector = fs.FileSelector(self.root, allow_not_found=True)
        found = self.filesystem.get_file_info(selector)
        return sorted(info.base_name for info in found if info.type == fs.FileType.Directory)

    def read(self, name: str) -> bytes | None:
        """The whole content of a file; None if there is none."""
        try:
            with self.filesystem.open_input_stream(self.path(name)) as stream:
                return bytes(stream.read())
        except FileNotFoundError:
            return None

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        """The whole content of files, each as `read` gives it; side by side where they are far away."""
        if self.folder is not None or len(names) < 2:
            return [self.read(name) for name in names]
        with ThreadPoolExecutor(_AT_ONCE, "cassandra_pv_archiver files") as executor:
            return list(executor.map(self.read, names))

    def write(self, name: str, content: bytes, *, is_new: bool = False) -> None:
        """Writes a file, which is there as a whole or not at all.

        Args:
            name: The name of the file.
            content: What it has.
            is_new: Whether it must not be there yet. If not, it takes the place of one that may be there.

        Raises:
            FileExistsError: It is there already. Storage that cannot tell reliably, such as object stores, may miss it.
        """
        if is_new and self.exists(name):
            raise FileExistsError(self.path(name))
        file = self.new_file(name)
        try:
            file.stream.write(content)
            file.put_in_place(is_new=is_new)
        except BaseException:
            file.abandon()
            raise

    def delete(self, name: str) -> None:
        """Deletes a file, if it is there."""
        with suppress(FileNotFoundError):
            self.filesystem.delete_file(self.path(name))

    def move(self, name: str, place: str) -> None:
        """Moves a file to another place within the dataset, if it is there."""
        folder = self.path(place).rpartition("/")[0]
        if folder:
            self.filesystem.create_dir(folder, recursive=True)
        with suppress(FileNotFoundError):
            self.filesystem.move(self.path(name), self.path(place))

    def digest(self, name: str) -> str | None:
        """The SHA-256 of a file in hexadecimal digits; None if there is none."""
        digest = hashlib.sha256()
        try:
            with self.filesystem.open_input_stream(self.path(name)) as stream:
                while block := stream.read(_BLOCK):
                    digest.update(block)
        except FileNotFoundError:
            return None
        return digest.hexdigest()

    def new_file(self, name: str) -> NewFile:
        """Begins to write a file, which takes the place of one that may be there."""
        return _LocalFile(self, name) if self.folder is not None else _RemoteFile(self, name)

    def clear_unfinished(self) -> None:
        """Deletes what interrupted runs have left aside. No other process may be writing."""
        for name in self.files(UNFINISHED):
            self.delete(name)


class NewFile:
    """A file that is being written. It is there once it was put in place, and until then not at all.

    Attributes:
        stream: Takes the bytes.
    """

    stream: Any

    def put_in_place(self, *, is_new: bool = False) -> None:
        """Makes the file durable and lets it be seen.

        Args:
            is_new: Whether there must not be one yet. Only local file systems see to it.

        Raises:
            FileExistsError: There is one.
        """
        raise NotImplementedError

    def abandon(self) -> None:
        """Gives the file up."""
        raise NotImplementedError

    def finish(self) -> tuple[int, str]:
        """Makes what was written durable, and reads it back.

        Returns:
            The bytes of the file, and its SHA-256 in hexadecimal digits.

        Raises:
            OSError: What is stored is not what was written.
        """
        raise NotImplementedError


class _Digesting:
    """A stream that knows the hash of what was written to it. pyarrow writes to it as to a file."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._size = 0
        self.closed = False

    def write(self, data: Any) -> int:
        view = memoryview(data)
        self._stream.write(view)
        self._digest.update(view)
        self._size += view.nbytes
        return view.nbytes

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        self._stream.flush()

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True  # the file itself is closed when it takes its place

    def written(self) -> tuple[int, str]:
        return self._size, self._digest.hexdigest()


class _LocalFile(NewFile):
    def __init__(self, storage: Storage, name: str) -> None:
        assert storage.folder is not None
        aside = storage.folder / UNFINISHED
        aside.mkdir(parents=True, exist_ok=True)
        self._storage = storage
        self._aside = aside / f"{uuid.uuid4().hex}.part"
        self._place = storage.folder / name
        self._file: BinaryIO = self._aside.open("xb")
        self.stream = _Digesting(self._file)

    def finish(self) -> tuple[int, str]:
        self._make_durable()
        written = self.stream.written()
        read = (self._aside.stat().st_size, self._storage.digest(f"{UNFINISHED}/{self._aside.name}"))
        if read != written:
            raise OSError(
                f"{self._aside}: what is stored is not what was written, so the storage is not to be trusted."
            )
        return written

    def _make_durable(self) -> None:
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def put_in_place(self, *, is_new: bool = False) -> None:
        self._make_durable()
        self._place.parent.mkdir(parents=True, exist_ok=True)
        if is_new and _can_link(self._aside, self._place):
            self._aside.unlink()
        else:
            self._aside.replace(self._place)
        _make_folder_durable(self._place.parent)

    def abandon(self) -> None:
        with suppress(OSError):  # a full disk lets the last bytes fail again
            self._file.close()
        with suppress(OSError):
            self._aside.unlink()


def _can_link(file: Path, place: Path) -> bool:
    """Gives a file a second name, which must be free; False where file systems have no such thing."""
    try:
        os.link(file, place)
    except FileExistsError:
        raise
    except OSError:
        return False
    return True


def _make_folder_durable(folder: Path) -> None:
    if os.name == "nt":  # pragma: no cover -- Windows has no descriptors of folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _RemoteFile(NewFile):
    def __init__(self, storage: Storage, name: str) -> None:
        self._storage = storage
        self._name = name
        if not storage.filesystem.type_name.startswith(("s3", "gcs", "abfs")):
            storage.filesystem.create_dir(storage.path(name).rpartition("/")[0], recursive=True)
        self._file = storage.filesystem.open_output_stream(storage.path(name))
        self.stream = _Digesting(self._file)

    def finish(self) -> tuple[int, str]:
        self._file.close()
        written = self.stream.written()
        if (self._storage.size(self._name), self._storage.digest(self._name)) != written:
            raise OSError(f"{self._name}: what is stored is not what was written.")
        return written

    def put_in_place(self, *, is_new: bool = False) -> None:  # noqa: ARG002 -- nothing here could see to it
        if not self._file.closed:
            self._file.close()

    def abandon(self) -> None:
        with suppress(OSError):
            self.put_in_place()
        with suppress(OSError):
            self._storage.delete(self._name)


def _local_folder(filesystem: Any, root: str) -> Path | None:
    fs = arrow("fs")
    if isinstance(filesystem, fs.SubTreeFileSystem):
        return _local_folder(filesystem.base_fs, f"{filesystem.base_path.rstrip('/')}/{root}".rstrip("/"))
    return Path(root) if isinstance(filesystem, fs.LocalFileSystem) and root else None
