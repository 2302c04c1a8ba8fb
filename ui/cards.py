"""What pages tell of a model: the line under its name, its figures, what its sliders are called."""

from pathlib import Path
from urllib.parse import quote, urlencode

from models import serving
from models.catalogue import Catalogue, ModelInfo
from models.directions import Directions
from models.settings import read_query

HELP = {
    "attribute": "Found with the labels that people gave photographs of celebrities: it turns what they would say of the face, "
    "their prejudices included. The model's card tells what else it turns.",
    "pca": "Found without labels, in what the network's first block varies most; named by eye.",
    "closed": "Found without labels, in the weights of the network's first layer; named by eye.",
}
LIVE_SIZE = 256  # pixels of a live frame: Lanczos on the server; the browser only stretches the last bit


def model_data(info: ModelInfo) -> dict:
    """What a live component has to know of the model, as JSON."""
    return {
        "model": {
            "name": info.name,
            "version": info.version,
            "title": info.title,
            "line": line(info),
            "latent": info.latent,
            "samples": f"/api/v1/models/{quote(info.name)}/samples" if samples(info) else "",
            "directions": _sliders(info.directions),
            "presets": [
                {"name": one.name, "query": urlencode(read_query(one.query, info)[0].to_query())}
                for one in info.presets
            ],
            "truncation": info.truncation,
            "no_truncation": f"ψ has no say here: {info.no_truncation}" if not info.truncation else "",
        },
        "models": [{"name": one.name, "title": one.title} for one in Catalogue().models("generate")],
        "ready": serving.loaded(info.name),
        "size": max(LIVE_SIZE, info.resolution),
    }


def _sliders(directions: Directions) -> list[dict]:
    """A slider each: its name, label and help, how far it goes either way, and the unit of its step."""
    limits, units = directions.limits(), directions.units()
    return [
        {
            "name": name,
            "label": label,
            "help": HELP[kind],
            "strength": limits[name],
            "unit": units[name],
        }
        for name, label, kind in zip(directions.names, directions.labels, directions.kinds, strict=True)
    ]


def line(info: ModelInfo) -> str:
    """The quiet line under a model's name: its one figure where it was measured, else its size; when it was trained."""
    swd, map50 = info.metrics.get("swd"), info.metrics.get("map50")
    if swd:
        parts = [f"SWD {sum(swd.values()) / len(swd):.1f}"]
    else:
        parts = [f"mAP {map50:.3f}" if map50 is not None else f"{info.pixels} px, version {info.version}"]
    if date := info.training.get("date"):
        parts.append(f"trained {date}")
    return " · ".join(parts)


def samples(info: ModelInfo) -> Path | None:
    """The picture of uncurated faces that came with the model."""
    return _file(info, "samples.webp")


def training(info: ModelInfo) -> Path | None:
    """The picture of the same eight faces at moments of the model's training."""
    return _file(info, "training.webp")


def training_words(info: ModelInfo) -> str:
    """What `training` shows, in a sentence; of a network that grew, the sizes it grew through."""
    sizes = info.training.get("sizes")
    if not sizes:
        return "The same eight faces at moments of the training, the first at the top."
    return f"The same eight faces at every size that the network grew through: {', '.join(map(str, sizes))} px."


def card(info: ModelInfo) -> str:
    """The model's card, Markdown, or nothing."""
    file = _file(info, "README.md")
    return file.read_text(encoding="utf-8") if file else ""


def figures(info: ModelInfo) -> list[dict[str, str]]:
    """One row a figure: its name, the fakes' value, and the same of reals against reals where that was measured.

    Of a detector: its name, and the value for what people are told and for the annotated classes.
    """
    if info.task == "detect":
        return _detector_figures(info.metrics)
    found, floor = info.metrics, info.metrics.get("swd_floor", {})
    rows = [(f"SWD × 10³ at {level}", value, floor.get(level)) for level, value in found.get("swd", {}).items()]
    rows += [
        (words, found[name], reals)
        for name, words, reals in (
            ("ms_ssim", "MS-SSIM between fakes", found.get("ms_ssim_reals")),
            ("diversity", "Diversity, as a share of the reals'", 1.0),
            ("neighbour_ratio", "Distance to the nearest training picture, fakes to reals", 1.0),
        )
        if name in found
    ]
    return [{"Figure": words, "Fakes": _short(fakes), "Reals": _short(reals)} for words, fakes, reals in rows]


def _detector_figures(found: dict) -> list[dict[str, str]]:
    rows = []
    for one, words in ((found, ""), (found.get("classes", {}), ", annotated classes")):
        rows += [(f"AP at IoU 0.5, {name}", value) for name, value in one.get("ap50", {}).items()]
        rows += [(f"mAP at IoU 0.5{words}", one["map50"])] if "map50" in one else []
    rows += [(name.capitalize(), found[name]) for name in ("precision", "recall", "f1", "confidence") if name in found]
    return [{"Figure": words, "Value": _short(value)} for words, value in rows]


def protocols(info: ModelInfo) -> list[str]:
    """How each figure was measured, a sentence each."""
    return [f"**{name}**: {words}" for name, words in info.metrics.get("protocol", {}).items()]


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _file(info: ModelInfo, name: str) -> Path | None:
    file = info.folder / name
    return file if file.is_file() else None
