"""Shell verbs of annotated data: check, convert, split, anchors, draw, darknet."""

from pathlib import Path
from typing import Annotated

import typer

from shell import data_pictures, doors

data = typer.Typer(
    help="Data sets: what is alike or left out, a set as one picture; photos with boxes checked, converted, split, drawn.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for _name, _verb in data_pictures.VERBS.items():
    data.command(_name)(_verb)
Source = Annotated[Path, typer.Argument(help="A folder or zip of photos with Pascal VOC or YOLO annotations.")]
Split = Annotated[Path | None, typer.Option(help="A CSV with file and split (train, val, test); else the set's own.")]
Classes = Annotated[str, typer.Option(help="The class names in order, with commas; else the set's own list.")]
Map = Annotated[
    list[str] | None, typer.Option("--map", help="Give a class another name, old=new; *=new for all others. Repeat.")
]
Part = Annotated[str, typer.Option(help="Only this part: train, val, test, fold0-train, ...")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout instead of words.")]


@data.command()
def check(
    source: Source,
    classes: Classes = "",
    split: Split = None,
    faults: Annotated[
        Path | None, typer.Option("--list", help="Write the faults with their boxes to this CSV.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look through a set and name every faulty file.

    Found are: pictures and annotations without their other half, files that cannot be read, boxes that lie outside,
    are inverted, empty or of an unknown class; also what is only suspicious: tiny boxes, things marked twice, photos
    that are in the set twice or on both sides of the split. What is off by a pixel is clipped, wherever the set is used.

    Ends with exit code 2 where something is faulty, 0 where there are only remarks.

    Examples:

        python cli.py data check masks.zip

        python cli.py data check photos/ --classes with_mask,without_mask --list faults.csv
    """
    from training.data import checks
    from training.data.faults import REMARKS
    from utils.files import write_atomically

    annotated = _opened(source, split, classes)
    with doors.bar() as progress:
        found = checks.look(annotated, _counter(progress, "photos"))
    facts = checks.facts(annotated)
    if faults:
        write_atomically(faults, checks.as_csv(found))
    if as_json:
        rows = [{"file": f.file, "kind": f.kind, "class": f.label, "box": f.box, "sentence": f.sentence} for f in found]
        doors.tell(facts | {"remarks": annotated.remarks, "faults": rows}, "", True)
    else:
        _show_facts(annotated.title, facts)
        for sentence in (*annotated.remarks, *(fault.sentence for fault in found)):
            typer.echo(sentence)
        wrong = sum(fault.kind not in REMARKS for fault in found)
        typer.echo(f"{_some(wrong, 'fault')}, {_some(len(found) - wrong, 'remark')}.")
    if any(fault.kind not in REMARKS for fault in found):
        raise typer.Exit(2)


@data.command()
def convert(
    source: Source,
    to: Annotated[str, typer.Option(help="voc (Pascal VOC XML, labelmap.txt) or yolo (text, data.yaml, classes.txt).")],
    out: Annotated[Path, typer.Option(help="A new folder, or a new file that ends in .zip.")],
    classes: Classes = "",
    map_: Map = None,
    part: Part = "all",
    split: Split = None,
    pictures: Annotated[bool, typer.Option(help="Put the pictures in too, byte for byte.")] = True,
    as_json: AsJson = False,
) -> None:
    """Write a set as Pascal VOC or as YOLO text, with all digits: there and back gives equal boxes.

    Examples:

        python cli.py data convert masks.zip --to yolo --out masks-yolo

        python cli.py data convert masks.zip --to yolo --out two.zip --map with_mask=Good --map '*=Bad'
    """
    from training.data import export
    from utils.errors import VisageError

    if to not in export.LAYOUTS:
        raise VisageError(f"`--to` must be one of {', '.join(export.LAYOUTS)}. Received: {to}.")
    annotated = _opened(source, split, classes, map_, part)
    with doors.bar() as progress:
        count = _counter(progress, "files", len(annotated.photos) * (1 + pictures))
        export.write(out, export.layout(annotated, to, pictures), count)
    boxes = sum(len(photo.labels) for photo in annotated.photos)
    facts = {"out": out, "photos": len(annotated.photos), "boxes": boxes, "classes": annotated.classes}
    words = f"{_some(len(annotated.photos), 'photo')} with {_some(boxes, 'box', 'boxes')}, in {out}"
    doors.tell(facts | {"notes": annotated.notes}, words, as_json)
    doors.say([] if as_json else annotated.notes)


@data.command("split")
def split_set(
    source: Source,
    test: Annotated[float, typer.Option(help="Photos to test on: a count, or a share below 1.")] = 0.1,
    val: Annotated[float, typer.Option(help="Photos to choose weights by: a count, or a share below 1.")] = 0.1,
    seed: Annotated[int, typer.Option(help="Another seed, another split.")] = 0,
    out: Annotated[Path | None, typer.Option(help="The CSV; else <name>_split.csv beside the set.")] = None,
    as_json: AsJson = False,
) -> None:
    """Part a set into photos for training, validation and test, near-duplicates on one side.

    Near-duplicates are those of the set's groups.csv, else of a perceptual hash; of a hundred splits by chance the one
    is taken that parts the classes most fairly. Beside the set, the CSV is found by itself; else give it as --split.

    Examples:

        python cli.py data split masks.zip --test 86 --val 0

        python cli.py data split photos/ --test 0.1 --val 0.1 --out my_split.csv
    """
    from training.data import splits
    from utils.errors import VisageError
    from utils.files import write_atomically

    stem = source.absolute().name if source.is_dir() else source.stem
    out = out or source.absolute().with_name(f"{stem}_split.csv")
    if out.exists():
        raise VisageError(f"There is a split at `{out}` already. Name another file with --out, or move it away.")
    if min(test, val) < 0:
        raise VisageError("`--test` and `--val` must be 0 or more.")
    annotated = _opened(source)
    with doors.busy("looking for near-duplicates"):
        parted = annotated.new_split({part: size for part, size in (("test", test), ("val", val)) if size}, seed)
    write_atomically(out, splits.table("split", parted))
    sizes = {part: sum(own == part for own in parted.values()) for part in splits.PARTS}
    words = ", ".join(f"{part} {size:,}" for part, size in sizes.items())
    doors.tell({"out": out, "photos": sizes, "seed": seed}, f"{words}, in {out}", as_json)


@data.command()
def anchors(
    source: Source,
    cfg: Annotated[
        str, typer.Option(help="A network: yolov3, yolov3-tiny, yolov3-tiny-3l, or a .cfg file.")
    ] = "yolov3",
    size: Annotated[int, typer.Option(help="Width and height of the network's input, pixels.")] = 416,
    resize: Annotated[str, typer.Option(help="letterbox or stretch: how photos get into that square.")] = "letterbox",
    part: Part = "train",
    split: Split = None,
    seed: Annotated[int, typer.Option(help="Of the k-means.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write the network's cfg with these anchors and classes.")] = None,
    as_json: AsJson = False,
) -> None:
    """Cluster the boxes of a set into anchors for a network, by size to its heads.

    Told is the average IoU of the boxes with their best anchor, for the new anchors and for the network's own. Anchors
    belong to one input size and one way of resizing: train with the same.

    Examples:

        python cli.py data anchors masks.zip --cfg yolov3-tiny --size 416

        python cli.py data anchors masks.zip --cfg yolov3 --size 608 --out masks.cfg
    """
    from models.darknet import cfg as networks
    from training.data import anchors as clustering
    from utils.files import write_atomically

    sections = networks.shipped(cfg)
    annotated = _opened(source, split, part=part)
    changed, facts = clustering.for_network(annotated, sections, size, resize, seed)
    if out:
        write_atomically(out, networks.write_cfg(changed))
    doors.tell(facts, _anchor_words(facts, cfg), as_json)


@data.command()
def draw(
    source: Source,
    out: Annotated[Path, typer.Option(help="A folder for the drawn pictures.")],
    part: Part = "all",
    count: Annotated[int, typer.Option(help="So many photos, spread over the set; 0 for all.")] = 0,
    split: Split = None,
    classes: Classes = "",
    map_: Map = None,
) -> None:
    """Draw the boxes with their class onto the photos: does the annotation say what it should?

    The commonest class is drawn with a solid line, the next dashed, all others dotted; the word stands at each box.

    Example:

        python cli.py data draw masks.zip --out drawn --count 50
    """
    from training.data import export

    annotated = _opened(source, split, classes, map_, part)
    every = max(1, len(annotated.photos) // count) if count > 0 else 1
    photos = annotated.photos[::every][: count or None]
    faults: list[str] = []
    with doors.bar() as progress:
        export.write(out, export.drawings(annotated, photos, faults), _counter(progress, "drawing", len(photos)))
    doors.say(faults)
    typer.echo(f"{_some(len(photos) - len(faults), 'photo')}, in {out}")


@data.command()
def darknet(
    source: Source,
    out: Annotated[Path, typer.Option(help="A new folder, where Darknet will find everything.")],
    cfg: Annotated[
        str, typer.Option(help="A network: yolov3, yolov3-tiny, yolov3-tiny-3l, or a .cfg file.")
    ] = "yolov3",
    split: Split = None,
    classes: Classes = "",
    map_: Map = None,
) -> None:
    """Write everything that Darknet trains from: .names, .data, .cfg, train.txt, test.txt, pictures with their texts.

    The schedule is the guide's: batch 64 in 16 subdivisions, 416 x 416, 2,000 iterations a class, steps at 80 and 90 %.
    Paths are absolute: write it where it will be used.

    Example:

        python cli.py data darknet masks.zip --out job --cfg yolov3 --map with_mask=Good --map '*=Bad'
    """
    from models.darknet import cfg as networks
    from training.data import darknet_files, export

    annotated = _opened(source, split, classes, map_)
    name = Path(cfg).stem
    with doors.bar() as progress:
        count = _counter(progress, "files", 2 * len(annotated.photos))
        export.write(out, darknet_files.job(annotated, networks.shipped(cfg), out, name), count)
    doors.say(annotated.notes)
    typer.echo(
        f"{_some(len(annotated.photos), 'photo')} of {_some(len(annotated.classes), 'class', 'classes')}, in {out}"
    )
    typer.echo(f"Train with: darknet detector train {out}/obj.data {out}/{name}.cfg darknet53.conv.74 -map")


def _opened(source: Path, split: Path | None = None, classes: str = "", map_: list[str] | None = None, part="all"):
    """The set that a verb's options ask for."""
    from training.data.annotations import open_annotated

    listed = [name.strip() for name in classes.split(",")] if classes else None
    with doors.busy("reading the set"):
        annotated = open_annotated(source, split, listed)
        if map_:
            annotated = annotated.mapped(dict(doors.pair(text, "--map") for text in map_))
        return annotated.part(part)


def _counter(progress, words: str, total: int | None = None):
    """A callback of (done) or (done, of) that moves a bar."""
    bar = progress.add_task(words, total=total)
    return lambda done, of=total: progress.update(bar, completed=done, total=of)


def _some(count: int, one: str, many: str = "") -> str:
    """`1 box`, `4,072 boxes`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _show_facts(title: str, facts: dict) -> None:
    boxes = ", ".join(f"{name} {count:,}" for name, count in facts["boxes"].items())
    parts = ", ".join(f"{name} {count:,}" for name, count in sorted(facts["parts"].items()))
    typer.echo(
        f"{title}: {_some(facts['photos'], 'photo')}, {_some(sum(facts['boxes'].values()), 'box', 'boxes')} ({boxes})"
    )
    typer.echo(f"Photos without a box: {facts['empty']:,}. Split: {parts or 'none came along'}.")


def _anchor_words(facts: dict, cfg: str) -> str:
    def line(anchors: list) -> str:
        return ", ".join(f"{width:g},{height:g}" for width, height in anchors)

    lines = [f"anchors = {line(facts['anchors'])}"]
    lines += [f"head of stride {head['stride']}: {line(head['anchors'])}" for head in facts["heads"]]
    seen = f"over {facts['boxes']:,} boxes at {facts['size']} px, {facts['resize']}"
    lines.append(
        f"Average IoU {facts['average_iou']:.4f} {seen}; the anchors of {cfg}: {facts['average_iou_of_cfg']:.4f}."
    )
    lines.append("Every anchor has a head.")
    return "\n".join(lines)
