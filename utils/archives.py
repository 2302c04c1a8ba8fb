"""Many pictures from a folder or a zip, read one by one where they lie: nothing is ever unpacked to the disk."""

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from utils.errors import DataError, PictureError
from utils.tables import read_table

_READABLE_ENDINGS = {".png", ".jpg", ".jpeg", ".jfif", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"}
PICTURE_ENDINGS = _READABLE_ENDINGS | {".heic", ".heif"}  # known as pictures, so that reading them tells the way out
COMPANION_ENDINGS = {".csv", ".txt", ".md", ".json"}
_SYSTEM_FILES = {"__MACOSX", "Thumbs.db", "desktop.ini"}
_CELEBA = ("list_attr_celeba.csv", "list_attr_celeba.txt")

MAX_FILE = 256 * 2**20  # bytes of one file, unpacked; a picture of 50 million pixels takes 150 MB at its plainest
MAX_TABLE = 256 * 2**20  # CelebA's list takes 26 MB
MAX_UNPACKED, MAX_RATIO = 2**30, 100  # pictures hardly shrink in a zip, and bombs shrink a thousandfold

Reader = Callable[[], bytes]


class Pictures:
    """The pictures of a folder or zip, sorted by name: iterate for `(name, read)`, `len()` for how many.

    Attributes:
        names: paths inside the folder or zip, with `/`.
        strangers: files that are neither pictures nor CSV, text, Markdown or JSON.

    `read()` gives a file's bytes, whole, and raises PictureError naming it where it cannot. Readers may be kept and
    called in any order and from any thread; a zip stays open as long as one of them lives.
    """

    def __init__(self, names: list[str], strangers: list[str], reader: Callable[[str], bytes], title: str):
        self.names, self.strangers = names, strangers
        self._reader, self._title = reader, title

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[tuple[str, Reader]]:
        return ((name, partial(self._reader, name)) for name in self.names)

    @property
    def warnings(self) -> list[str]:
        """Sentences about what was left aside; empty where there is nothing to tell."""
        if not self.strangers:
            return []
        return [f"`{self._title}` also holds files that are not pictures, left aside: {_a_few(self.strangers)}."]


def open_pictures(path: str | Path) -> Pictures:
    """The pictures of a folder (with all folders in it) or of a zip, ready to be read one by one.

    Hidden files, `__MACOSX` and the like are skipped. In a folder, links to files are followed and links to folders
    are not. A zip is looked through before anything is read.

    Raises: DataError for nothing there, no picture inside, a damaged or encrypted zip, one with a path that leaves it,
    a link in it, or contents that are out of all proportion to its size.
    """
    path = Path(path)
    names, reader = _listing(path)
    names = sorted(name for name in names if not _hidden(name))
    pictures = [name for name in names if _ending(name) in PICTURE_ENDINGS]
    strangers = [name for name in names if _ending(name) not in PICTURE_ENDINGS | COMPANION_ENDINGS]
    if not pictures:
        found = f", only other files: {_a_few(names)}" if names else ""
        raise DataError(f"`{path.name}` holds no pictures{found}. Put PNG, JPEG or WebP files into it.")
    return Pictures(pictures, strangers, reader, path.name)


def open_files(path: str | Path) -> tuple[list[str], Callable[[str], bytes]]:
    """Every file of a folder or zip: names, sorted, as in `open_pictures`, and what reads one of them by name.

    Reading raises PictureError naming the file where it cannot. Raises: DataError as `open_pictures` does for a zip.
    """
    names, reader = _listing(Path(path))
    return sorted(name for name in names if not _hidden(name)), reader


def labels(path: str | Path) -> list[dict[str, str]] | None:
    """The rows of the labels that belong to a folder or zip, or None where there are none.

    Looked for in this order: CelebA's `list_attr_celeba.csv` or `.txt` inside or beside; `labels.csv` inside; the only
    CSV inside; `<name>.csv` or `<name>_labels.csv` beside. Each row maps column name to text; the first column names
    the picture (`image_id` in CelebA's text form, which has no name for it).

    All of CelebA (202,599 rows of 41) takes about 350 MB while it is held.

    Raises: DataError for a table that cannot be read, naming it and the line.
    """
    path = Path(path)
    names, reader = _listing(path)
    inside = sorted(name for name in names if not _hidden(name) and _ending(name) in (".csv", ".txt"))
    celeba = [name for name in inside if PurePosixPath(name).name in _CELEBA]
    tables = [name for name in inside if _ending(name) == ".csv"]
    chosen = celeba or [name for name in tables if PurePosixPath(name).name == "labels.csv"] or tables
    if len(chosen) == 1 or celeba:
        try:
            return read_table(reader(chosen[0]), chosen[0])
        except PictureError as error:
            raise DataError(str(error)) from error
    for name in (*_CELEBA, f"{path.stem}.csv", f"{path.stem}_labels.csv"):
        beside = path.absolute().with_name(name)
        if beside.is_file():
            if beside.stat().st_size > MAX_TABLE:
                raise DataError(f"`{name}` is larger than {MAX_TABLE >> 20} MB. Leave out the columns you do not need.")
            return read_table(beside.read_bytes(), name)
    return None


def _listing(path: Path) -> tuple[list[str], Callable[[str], bytes]]:
    """All file names inside and a function from name to bytes."""
    if path.is_dir():
        return list(_walk(path)), partial(_read_file, path)
    if not path.exists():
        raise DataError(f"There is no folder or zip at `{path}`. Check the name.")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise DataError(f"`{path.name}` is neither a folder nor a whole zip. Pack or download it again.") from error
    members = [member for member in archive.infolist() if not member.is_dir()]
    try:
        _refuse_traps(path, archive.infolist())
    except DataError:
        archive.close()
        raise
    return list(dict.fromkeys(member.filename for member in members)), partial(_read_member, archive)


def _walk(folder: Path) -> Iterator[str]:
    for here, inner, files in os.walk(folder):
        inner[:] = [name for name in inner if not _hidden(name)]
        for file in files:
            yield Path(here, file).relative_to(folder).as_posix()


def _refuse_traps(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Nothing, or DataError. Nothing would be unpacked, but a zip made to harm is not one to learn from either."""
    for member in members:
        name = member.orig_filename.split("\0")[0].replace("\\", "/")
        if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
            raise DataError(f"`{path.name}` holds a path outside it, `{name}`. Pack it again from inside its folder.")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(f"`{path.name}` holds a link, `{name}`. Pack it again with the file itself.")
        if member.flag_bits & 1:
            raise DataError(f"`{path.name}` is locked with a password. Pack it again without one.")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED and unpacked > MAX_RATIO * path.stat().st_size:
        raise DataError(
            f"`{path.name}` would unpack to {unpacked / 2**30:,.0f} GiB, far more than pictures do. Pack it again."
        )


def _read_file(folder: Path, name: str) -> bytes:
    file = folder / name
    try:
        if file.stat().st_size > MAX_FILE:
            raise _too_large(name)
        return file.read_bytes()
    except OSError as error:
        raise PictureError(f"`{name}` cannot be opened. Check that it is there and may be read.") from error


def _read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > MAX_FILE:
        raise _too_large(name)
    try:
        return archive.read(name)  # stops at the size announced, and checks the sum
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise PictureError(f"`{name}` is damaged inside the zip. Pack or download it again.") from error


def _too_large(name: str) -> PictureError:
    return PictureError(f"`{name}` is larger than {MAX_FILE >> 20} MB. Make it smaller or take it out.")


def _hidden(name: str) -> bool:
    return any(part.startswith(".") or part in _SYSTEM_FILES for part in name.split("/"))


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _a_few(names: list[str], most: int = 3) -> str:
    listed = ", ".join(f"`{name}`" for name in names[:most])
    return listed + (f" and {len(names) - most:,} more" if len(names) > most else "")
