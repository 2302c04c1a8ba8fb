"""From a run to a model of the catalogue: the moving average, its directions, samples and film strip."""

import json
import time
from pathlib import Path

import numpy as np
from PIL import Image

from models import networks
from models.card import CARD, WEIGHTS, ModelInfo, read_card
from models.catalogue import write_detector, write_model
from models.darknet import cfg
from models.darknet import network as darknet
from models.detector import Detector
from models.generator import Generator, load
from training import checkpoints, runs
from training.evaluate import latents_of_seeds
from training.tasks import sheets
from utils import marks, pictures
from utils.errors import ModelError, RunError
from utils.files import write_atomically

NETWORK_CFG, CLASSES = "network.cfg", "classes.json"  # a detection run keeps them beside its recipe
SAMPLES = 64  # uncurated: seeds 1 to 64
FILM_ROWS, FILM_FACES, FILM_SIZE = 10, 8, 128  # pixels of a face in it, at most


def network_of(run: runs.Run, images: int | None = None, ema: bool = True):
    """The moving average (or the raw weights) of the run's best checkpoint, or of the one at so many images.

    A Keras generator in float32; one that grows, at the largest size that was faded in by then.
    """
    recipe, checkpoint = run.recipe(), checkpoints.best(run.checkpoints, images)
    builder = networks.family(recipe.networks.family).generator
    network = builder(**recipe.networks.generator, resolution=recipe.resolution_at(int(checkpoint.name)))
    part = "average" if ema else "generator"
    arrays = checkpoints.named_part_of(checkpoint, part) | checkpoints.named_part_of(checkpoint, f"{part}_outgrown")
    for variable in network.variables:
        variable.assign(arrays[variable.path])
    return network


def publish(
    run: runs.Run,
    folder: Path,
    title: str = "",
    facts: dict | None = None,
    size: int = 0,
    images: int | None = None,
    ema: bool = True,
) -> ModelInfo:
    """The model written to `folder` (its name is the model's) from the run's best checkpoint.

    Args:
        images: the checkpoint at so many images instead.
        ema: the moving average; else the raw weights of that very step.
        facts: more of `ModelInfo`: version, metrics, licence, data_terms.
        size: of a detector's input in use, pixels; the training's if 0. A larger one finds smaller faces, and takes longer.

    Raises:
        ModelError: this version of the model is there already.
    """
    facts = {"version": "1", **(facts or {})}
    if (folder / CARD).exists() and read_card(folder).version == facts["version"]:
        raise ModelError(
            f"Version {facts['version']} of `{folder.name}` is there already: links to it would show other faces. "
            "Give another --version."
        )
    recipe = run.recipe()
    fields = {"title": title or folder.name, "training": _summary(run, recipe, images, ema), **facts}
    if recipe.task == "detection":
        return _publish_detector(run, folder, fields, size, images, ema)
    fields["family"] = recipe.networks.family
    network = network_of(run, images, ema)
    fields["arguments"] = {**recipe.networks.generator, "resolution": network.output_shape[1]}
    info = write_model(folder, fields, network)
    write_atomically(folder / "samples.webp", marks.encode(_samples(load(info)), "webp"))
    shown_until = fields["training"]["images"]  # the last row is of the very weights that are published
    write_atomically(folder / "training.webp", marks.encode(film(run, recipe.data.resolution, shown_until), "webp"))
    return info


def _publish_detector(run, folder, fields, size, images, ema):
    """No pictures come along: a detector's samples are photos of people."""
    model, sections = _detector_network(run, images, ema)
    return write_detector(folder, {**fields, "arguments": _arguments(run, size)}, model, cfg.write_cfg(sections))


def detector_of(run: runs.Run, size: int = 0) -> Detector:
    """The moving average of a detection run's best checkpoint, ready to look at pictures; `size` as in `publish`."""
    model, sections = _detector_network(run)
    nothing = {"bytes": 0, "sha256": "0" * 64}
    facts = {"name": "run", "title": run.name, "version": "1", "task": "detect", "family": "darknet"}
    arguments = _arguments(run, size)
    files = {WEIGHTS: nothing, arguments["cfg"]: nothing}
    return Detector(ModelInfo.model_validate({**facts, "arguments": arguments, "files": files}), model, sections)


def _detector_network(run, images=None, ema=True):
    """(network, sections), as `network_of`; the run keeps the cfg it trained, anchors and all."""
    sections = cfg.read_cfg((run.folder / NETWORK_CFG).read_text("utf-8"))
    model = darknet.network(sections)
    part = "average" if ema else "network"
    model.set_weights(checkpoints.part_of(checkpoints.best(run.checkpoints, images), part))
    return model, sections


def _arguments(run, size):
    recipe = run.recipe()
    return {
        "cfg": f"{Path(recipe.network.cfg).stem}.cfg",
        "size": size or recipe.network.size,
        "resize": recipe.network.resize,
        "classes": json.loads((run.folder / CLASSES).read_text("utf-8")),
        "groups": recipe.data.groups,
    }


def film(run: runs.Run, size: int, images: int | None = None) -> np.ndarray:
    """The same eight faces (seeds 1 to 8) at moments of the training, up to so many images, a row each: at ten, doubling
    in images seen; of a network that grows, at the end of every size faded in by then, with a line on size and alpha.

    Args:
        size: of a face in the run's samples, pixels; shown at 128 at most.
    """
    strips = sorted((run.folder / "samples").glob("*.jpg"))
    strips = [strip for strip in strips if images is None or int(strip.stem) <= images]
    if not strips:
        raise RunError(f"The run `{run.name}` has no sample pictures.")
    grown = _ends_of_sizes(run, int(strips[-1].stem))
    if grown:
        words = {end["images"]: f"{pixels} px, alpha {end['alpha']:.2f}" for pixels, end in grown.items()}
        rows = [strip for strip in strips if int(strip.stem) in words] or strips[-1:]
        return np.concatenate([sheets.captioned(_row(row, size), words.get(int(row.stem), "")) for row in rows])
    places = np.unique(np.geomspace(1, len(strips), FILM_ROWS).round().astype(int)) - 1
    return np.concatenate([_row(strips[k], size) for k in places])


def _ends_of_sizes(run, images):
    """The last event, up to so many images, of every size that was faded in by then; by pixels, {} where nothing grows."""
    ends = {event["stage"]: event for event in run.events() if "stage" in event and event["images"] <= images}
    return {pixels: event for pixels, event in ends.items() if pixels <= run.recipe().resolution_at(images)}


def _row(strip, size):
    row = Image.open(strip).crop((0, 0, FILM_FACES * size, size))
    return np.asarray(row.reduce(max(1, size // FILM_SIZE)))


def _samples(model: Generator) -> np.ndarray:
    return pictures.grid(model.generate(latents_of_seeds(SAMPLES, model.latent)), columns=8)


def _summary(run, recipe, images, ema):
    """What a card tells of the training; no paths."""
    place = checkpoints.place_of(checkpoints.best(run.checkpoints, images))
    sizes = list(_ends_of_sizes(run, place["images"]))
    return {
        **({"sizes": sizes} if sizes else {}),  # that it grew through, pixels
        "recipe": recipe.name,
        "images": place["images"],
        "weights": "moving average" if ema else "raw",
        "batch": recipe.batch,
        "precision": recipe.precision,
        "hours": round(place["seconds"] / 3600, 2),
        "date": time.strftime("%Y-%m-%d"),
    }
