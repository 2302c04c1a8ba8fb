"""What all verbs share: errors as sentences, progress on the terminal, JSON, files out."""

import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from typer.core import TyperGroup

from utils.errors import VisageError


class Sentences(TyperGroup):
    """The command line: whatever goes wrong is one sentence on stderr and exit code 2, never a traceback."""

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except VisageError as error:
            sentence = str(error)
        except BrokenPipeError:
            raise
        except OSError as error:  # a full disk, a folder without the right to write
            sentence = f"`{error.filename}`: {error.strerror}." if error.filename else f"{error}."
        typer.echo(sentence, err=True)
        raise typer.Exit(2)


def busy(words: str):
    """A turning sign with words while something without steps is done: `with busy("loading"): …`."""
    return Console(stderr=True).status(words)


def counted(things: Iterable, words: str, total: int | None = None) -> Iterable:
    """The things, one by one, with a bar on stderr where it is a terminal."""
    with bar() as progress:
        yield from progress.track(things, total=total, description=words)


def bar(*more: str) -> Progress:
    """A bar on stderr that shows how many of how many, and the time left; nothing where stderr is no terminal.

    `more` are columns of rich's text form: `{task.fields[rate]}`.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    texts = (TextColumn(text) for text in more)
    return Progress(*columns, *texts, console=console, transient=True, disable=not console.is_terminal)


def bytes_bar() -> Progress:
    """The same for bytes that come, with their rate."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    console = Console(stderr=True)
    return Progress(*columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal)


def say(sentences: Iterable[str]) -> None:
    """Sentences on stderr, beside the output."""
    for sentence in sentences:
        typer.echo(sentence, err=True)


def tell(facts: dict | list, words: str, as_json: bool) -> None:
    """The outcome on stdout: JSON for a program, words for a person."""
    typer.echo(json.dumps(facts, ensure_ascii=False, default=str) if as_json else words)


def picture_format(path: Path, formats: Iterable[str]) -> str:
    """The format that a file's name asks for.

    Raises: VisageError where it is none of `formats`.
    """
    ending = path.suffix.lower().removeprefix(".").replace("jpg", "jpeg")
    if ending not in formats:
        raise VisageError(f"`{path.name}` must end in {', '.join(f'.{one}' for one in formats)}. Name the file so.")
    return ending


def link_query(link: str) -> dict[str, str]:
    """What a link from a page says, by names; the part behind the `?` alone will do.

    Raises: VisageError for what no program takes for an address.
    """
    try:
        return dict(parse_qsl(urlsplit(link).query or link.lstrip("?")))
    except ValueError as error:
        raise VisageError(f"`{link[:80]}` is no link: {error}. Copy it again.") from error


def pair(text: str, option: str) -> tuple[str, str]:
    """`smile=1.5` as its two halves.

    Raises: VisageError where there is no `=`.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise VisageError(f"`{option} {text}` is not of the form name=value.")
    return name.strip(), value.strip()
