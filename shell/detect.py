"""Shell verb of detectors: detect, in pictures, folders of them, and videos."""

from pathlib import Path
from typing import Annotated

import typer

from shell import doors
from utils.errors import VisageError


def detect(
    model: Annotated[str, typer.Argument(help="A detector of the catalogue; see `weights list`.")],
    paths: Annotated[list[Path], typer.Argument(help="Pictures, videos, or folders of them.")],
    out: Annotated[Path | None, typer.Option("--json", help="Write all boxes to this file; else to stdout.")] = None,
    coco: Annotated[bool, typer.Option("--coco", help="Write them as COCO's annotations.")] = False,
    draw: Annotated[
        Path | None, typer.Option(help="Write pictures and videos with the boxes drawn to this folder.")
    ] = None,
    min_score: Annotated[float, typer.Option(min=0.01, max=1.0, help="The least score of a box.")] = 0.25,
    overlap: Annotated[float, typer.Option(min=0.0, max=1.0, help="Of two boxes that overlap more, one goes.")] = 0.45,
    classes: Annotated[bool, typer.Option("--classes", help="The annotated classes instead of Good and Bad.")] = False,
    tiles: Annotated[
        bool, typer.Option("--tiles", help="Look at large pictures in tiles too: for tiny faces.")
    ] = False,
    every: Annotated[
        int, typer.Option(min=1, help="Videos: look at each so many frames; those between keep the boxes.")
    ] = 1,
) -> None:
    """Find boxes in pictures and videos: who wears a mask, and wears it properly.

    Each box is `{"image", "class", "score", "box": [x1, y1, x2, y2]}`, pixels of the picture as it is shown; in a video
    also `frame`, `seconds` and `person`. A file that cannot be read is told, the rest goes on, and the exit code is 2.

    Examples:

        python cli.py detect masks photo.jpg

        python cli.py detect masks holiday/ clip.mp4 --json found.json --draw drawn
    """
    from models import records, serving

    files = _files(paths)
    if draw:
        draw.mkdir(parents=True, exist_ok=True)
    with doors.busy("loading the network"):
        detector = serving.detector(model)
    wrong = []
    with doors.bar() as progress:
        look = _Looking(detector, min_score, overlap, classes, tiles, every, draw, progress)
        for file in progress.track(files, description="looking"):
            try:
                look.at(file)
            except VisageError as error:
                wrong.append(str(error))
    text = records.as_coco(look.found, look.names) if coco else records.as_json(look.found)
    if out:
        from utils.files import write_atomically

        write_atomically(out, text)
        typer.echo(f"{sum(len(one.records) for one in look.found)} boxes in {len(look.found)} files, in {out}")
    else:
        typer.echo(text, nl=False)
    if wrong:
        raise VisageError("\n".join(wrong))


class _Looking:
    """One detector and the flags, over all files."""

    def __init__(self, detector, min_score, overlap, classes, tiles, every, draw, progress):
        self.detector, self.min_score, self.overlap, self.draw, self.every = detector, min_score, overlap, draw, every
        self.classes = classes or not detector.groups
        self.names = detector.classes if self.classes else tuple(detector.groups)
        self.run = detector.tiled_candidates if tiles else detector.candidates
        self.progress, self.taken = progress, set()
        self.found: list = []

    def at(self, file: Path) -> None:
        from utils import video

        if file.suffix.lower() in video.ENDINGS:
            self._video(file)
        else:
            self._picture(file)

    def _candidates(self, picture):
        seen = self.run(picture)
        return seen if self.classes else self.detector.grouped(seen)

    def _boxes(self, candidates, across_classes=False):
        from models.boxes import select

        return select(candidates, self.min_score, self.overlap, across_classes=across_classes)

    def _people(self, picture):
        return self._boxes(self._candidates(picture), across_classes=True)

    def _picture(self, file: Path) -> None:
        from models import records
        from models.records import Found
        from utils import drawing, marks, pictures
        from utils.files import write_atomically

        picture = pictures.decode(file, file.name)
        seen = self._candidates(picture)
        found = self._boxes(seen)
        height, width = picture.shape[:2]
        self.found.append(Found(str(file), width, height, records.of_picture(str(file), found)))
        if self.draw:
            # one box a face is what a person wants to see
            shown = self._boxes(seen, across_classes=True)
            drawn = drawing.draw_boxes(picture, shown.boxes, *records.labels(shown))
            write_atomically(self._target(file, ".jpg"), marks.encode(drawn, "jpeg", generated=False))

    def _video(self, file: Path) -> None:
        from models import records
        from models.records import Found
        from models.tracking import Watch
        from utils import video
        from utils.files import write_atomically

        facts, watch = video.probe(file), Watch(str(file), self._people, self.every)
        whole = Found(str(file), facts.width, facts.height, watch.records)
        bar = self.progress.add_task(file.name, total=facts.frames or None)
        try:
            if self.draw:
                target = self._target(file, ".mp4")
                video.redraw(file, target, watch.drawn, lambda done, _: self.progress.update(bar, completed=done))
                write_atomically(target.with_suffix(".csv"), records.as_csv([whole], records.OF_FRAMES))
            else:
                for frame in video.frames(file, self.every):
                    watch.at(frame)
                    self.progress.update(bar, completed=frame.number + 1)
        finally:
            self.progress.remove_task(bar)
        self.found.append(whole)
        last = (1 if self.draw else self.every) / facts.rate
        if short := video.cut_off(file, facts, watch.seconds + last):
            doors.say([short])

    def _target(self, file: Path, ending: str) -> Path:
        """A name of its own in this call: two folders may hold files of one name. What an earlier call drew is replaced."""
        name, count = f"{file.stem}{ending}", 2
        while name in self.taken or (self.draw / name).resolve() == file.resolve():
            name, count = f"{file.stem}-{count}{ending}", count + 1
        self.taken.add(name)
        return self.draw / name


def _files(paths: list[Path]) -> list[Path]:
    """Pictures and videos, folders opened; what is named is taken whatever its ending."""
    from utils import video
    from utils.archives import PICTURE_ENDINGS

    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = [one for one in sorted(path.rglob("*")) if one.suffix.lower() in PICTURE_ENDINGS | video.ENDINGS]
        if not inside:
            raise VisageError(f"`{path}` holds no pictures and no videos. Name another folder.")
        found += inside
    return found
