"""Shell verbs of photos: invert finds a face for one, encoder learns where to begin."""

from pathlib import Path
from typing import Annotated

import typer

from shell import doors
from utils.errors import PictureError, VisageError

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout instead of words.")]


def invert(
    photo: Annotated[Path, typer.Argument(help="A photo with a face: JPEG, PNG, WebP, …")],
    model: Annotated[str | None, typer.Option(help="Whose faces; the first model if nothing is said.")] = None,
    face: Annotated[int, typer.Option(min=1, help="Which face of several, the largest first.")] = 1,
    crop: Annotated[
        str | None, typer.Option(help="The square by hand: x,y of its middle, side, degrees clockwise: 320,200,180,-5")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the found face, a PNG with its settings inside.")] = Path(
        "faces"
    ),
    as_json: AsJson = False,
) -> None:
    """Find the generated face that comes closest to a photo's.

    The mask detector finds the face; it is squared as the model's faces are, and turned upright. What is found is alike
    in pose, light and colours, not the same person; its link and PNG carry a likeness of that person.

    Examples:

        python cli.py invert portrait.jpg

        python cli.py invert group.jpg --face 2 --out found

        python cli.py invert profile.jpg --crop 320,200,180
    """
    import time
    from urllib.parse import urlencode

    from models import crops, likeness, serving
    from models.catalogue import Catalogue
    from utils import marks
    from utils.files import write_atomically

    picture = _photo(photo)
    info = Catalogue().get(model, "generate") if model else Catalogue().default()
    with doors.busy("loading the networks"):
        inverter = serving.inverter(info.name)
        place, seen = _place(info.name, picture, photo, face, crop)
    square = crops.cut(picture, place, info.resolution)
    began = time.perf_counter()
    with doors.bar() as progress:
        task = progress.add_task("searching", total=100)
        found = inverter.find(square, lambda done: progress.update(task, completed=round(100 * done)))
    seconds = time.perf_counter() - began
    path = out / f"{photo.stem}-face.png"
    write_atomically(path, marks.encode(found.face, "png", note=found.settings.to_json()))
    query = urlencode(found.settings.to_query())
    facts = {
        "model": info.name,
        "version": info.version,
        "file": path,
        "query": query,
        "ms_ssim": round(found.ms_ssim, 4),
        "psnr": round(found.psnr, 2),
        "seconds": round(seconds, 2),
        "crop": [round(value, 1) for value in place],
        "faces": seen,
    }
    lines = [f"{likeness.words(found)} {seconds:.1f} s.", f"{path}", f"?{query}", likeness.LIKENESS]
    doors.tell(facts, "\n".join(lines), as_json)


def encoder(
    model: Annotated[str, typer.Argument(help="A generator's name; `weights list` shows all.")],
    images: Annotated[int | None, typer.Option(min=64, help="Fakes to learn from.", show_default="200,000")] = None,
    as_json: AsJson = False,
) -> None:
    """Teach what `invert` begins with, on the model's own fakes: a first guess, and how faces are set upright.

    Some ten minutes on two cores at 64 px. Without an encoder `invert` begins at random, and photos stay as they lie.

    Example:

        python cli.py encoder dcgan-celeba64
    """
    from models import serving
    from models.card import ALIGNER, ENCODER
    from models.catalogue import Catalogue, store_encoder
    from training import aligner as training_aligner
    from training import encoder as training

    info = Catalogue().get(model, "generate")
    images = images or training.IMAGES
    with doors.busy("loading the network"):
        generator = serving.generator(info.name)
    with doors.bar() as progress:
        task = progress.add_task("learning", total=images)
        network, unexplained = training.train(
            generator, images, progress=lambda done, _loss: progress.update(task, completed=done)
        )
    with doors.busy("learning to turn faces upright"):
        aligner, errors = training_aligner.train(generator)
    info = store_encoder(info, network, aligner)
    facts = {
        "model": info.name,
        "images": images,
        "unexplained": round(unexplained, 4),
        "degrees": round(float(errors[0]), 2),
        "files": [info.folder / ENCODER, info.folder / ALIGNER],
    }
    words = (
        f"{images:,} fakes of {info.title}: {1 - unexplained:.0%} of what varies in z is guessed; a turned face is set "
        f"upright to {errors[0]:.1f} degrees at one look. {facts['files'][0]}, {facts['files'][1].name}"
    )
    doors.tell(facts, words, as_json)


def _photo(path: Path):
    from utils import pictures, video

    if path.suffix.lower() in video.ENDINGS:
        raise PictureError(f"`{path.name}` is a video. Name a photo: a frame of it saved as a picture will do.")
    return pictures.decode(path)


def _place(model: str, picture, photo: Path, face: int, crop: str | None):
    """(the square in the photo, how many faces were seen; None by hand)."""
    from models import serving

    if crop is not None:
        return _by_hand(crop), None
    faces = serving.squarer(model).faces(picture)
    if not faces:
        raise VisageError(f"No face is seen in `{photo.name}`. Give its square by hand: --crop x,y,side.")
    if face > len(faces):
        seen = "1 face is" if len(faces) == 1 else f"{len(faces)} faces are"
        raise VisageError(f"`--face {face}`: {seen} seen in `{photo.name}`. Give a smaller number.")
    return faces[face - 1], len(faces)


def _by_hand(text: str):
    from models.crops import Crop

    try:
        values = [float(part) for part in text.split(",")]
        if not 3 <= len(values) <= 4 or not all(abs(value) < 1e6 for value in values) or values[2] < 1:
            raise ValueError
    except ValueError:
        raise VisageError(f"`--crop {text[:40]}` must be x,y,side or x,y,side,angle, in pixels and degrees.") from None
    return Crop(*values)


VERBS = (invert, encoder)
