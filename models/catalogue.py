"""The models there are, and how one comes among them: from a network in memory, a folder, or a Keras weights file."""

import inspect
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydantic
import safetensors.numpy

from models import directions as found
from models import fetching
from models.card import ALIGNER, CARD, ENCODER, NAME, WEIGHTS, ModelInfo, read_card
from models.weights_io import save_weights
from utils import toml
from utils.errors import ModelError
from utils.files import sha256, write_atomically
from utils.home import home

SHIPPED = Path(__file__).resolve().parent.parent / "weights"
# what may lie beside the files that are loaded
CARRIED = ("README.md", "LICENCE", "samples.webp", "training.webp", "presets.toml")


class Catalogue:
    """All models in some folders; where two have one name, the first folder's counts."""

    def __init__(self, folders: Sequence[Path] | None = None):
        self.folders = tuple(folders) if folders is not None else (SHIPPED, home() / "models")

    def models(self, task: str | None = None) -> list[ModelInfo]:
        """Every model whose `model.toml` can be read (for one task, or for all), by folder, then by name."""
        infos = [info for info in self._read().values() if isinstance(info, ModelInfo)]
        return [info for info in infos if task in (None, info.task)]

    def faults(self) -> list[str]:
        """A sentence for every folder whose `model.toml` cannot be read."""
        return [str(info) for info in self._read().values() if isinstance(info, ModelError)]

    def get(self, name: str, task: str | None = None) -> ModelInfo:
        """The model of that name, for one task or for any.

        Raises: ModelError where there is none, listing what there is, or saying what is wrong with its `model.toml`.
        """
        if re.fullmatch(NAME, name):  # a name from a link must not become a way through the disk
            for folder in self.folders:
                if (folder / name / CARD).is_file():
                    info = read_card(folder / name)
                    if task not in (None, info.task):
                        does = "draws pictures" if info.task == "generate" else "finds boxes"
                        raise ModelError(f"The model `{name}` {does}, which is not asked for here. {self._known(task)}")
                    return info
        short = "".join(letter for letter in name[:64] if letter.isprintable() and letter != "`")
        raise ModelError(f"There is no model `{short}`. {self._known(task)}")

    def default(self, task: str = "generate") -> ModelInfo:
        """The first model for a task.

        Raises: ModelError where there is none, saying how to come by one.
        """
        infos = self.models(task)
        if not infos:
            raise ModelError("There is no model yet. Train one, or add one: python cli.py weights add FOLDER.")
        return infos[0]

    def _known(self, task: str | None) -> str:
        return f"Models: {', '.join(info.name for info in self.models(task)) or 'none yet'}."

    def _read(self) -> dict[str, ModelInfo | ModelError]:
        models: dict[str, ModelInfo | ModelError] = {}
        for folder in self.folders:
            for card in sorted(folder.glob(f"*/{CARD}")):
                if card.parent.name in models or card.parent.name.startswith("."):
                    continue
                try:
                    models[card.parent.name] = read_card(card.parent)
                except ModelError as error:
                    models[card.parent.name] = error
        return models


def write_model(folder: Path, fields: Mapping[str, Any], network: Any, directions: int = found.COUNT) -> ModelInfo:
    """The model just written: `model.toml`, weights in float16, and so many directions, in its folder.

    Files that are there already (a card, a licence) stay; `model.toml` comes last, so a folder is no model before it is
    whole.

    Args:
        folder: the model's own; its name is the model's.
        fields: of `ModelInfo`: title, version, family, arguments and so on, but no sums; arguments that are not named
            are written out with the family's defaults.
        network: the generator, a Keras model.
        directions: how many, at most the length of the latent; 0 for none.

    Raises: ModelError for fields that cannot be, or a network with values that are not numbers; nothing is left then.
    """
    from models import networks

    family = networks.family(fields["family"])
    first_layer = family.first_layer(network)
    arguments = {
        key: parameter.default for key, parameter in inspect.signature(family.generator).parameters.items()
    } | dict(fields.get("arguments", {}))
    arguments.pop("dtype", None)  # the precision of a training is no part of the model
    facts = {"name": folder.name, "truncation": family.truncation, **fields, "arguments": arguments}
    _checked(folder, facts, {WEIGHTS: {"bytes": 0, "sha256": "0" * 64}})  # before anything is written
    save_weights(network.variables, folder / WEIGHTS)
    files = [WEIGHTS]
    if directions:
        found.save(found.factorise(first_layer, min(directions, len(first_layer))), folder / found.FILE)
        files.append(found.FILE)
    return _write_card(folder, facts, files)


def write_detector(folder: Path, fields: Mapping[str, Any], network: Any, cfg_text: str) -> ModelInfo:
    """The detector just written: its cfg, weights in float16, and `model.toml` last.

    Args:
        folder: the model's own; its name is the model's.
        fields: of `ModelInfo`, with the `arguments` of `DetectorArguments`; no sums.
        network: of the cfg, a Keras model with its batch norms.

    Raises: ModelError for fields that cannot be, or a network with values that are not numbers; nothing is left then.
    """
    facts = {"name": folder.name, "task": "detect", "family": "darknet", "truncation": False, **fields}
    nothing = {"bytes": 0, "sha256": "0" * 64}
    cfg_name = str(facts.get("arguments", {}).get("cfg"))
    _checked(folder, facts, {WEIGHTS: nothing, cfg_name: nothing})  # before anything is written
    save_weights(network.variables, folder / WEIGHTS)
    write_atomically(folder / cfg_name, cfg_text)
    return _write_card(folder, facts, [WEIGHTS, cfg_name])


def store_directions(
    info: ModelInfo, directions: found.Directions, version: str | None = None, metrics: Mapping[str, Any] | None = None
) -> ModelInfo:
    """The model with these directions stored beside its weights, and their sum in `model.toml`.

    Args:
        version: the model's from now on; where a name comes to mean another direction, old links must be told.
        metrics: what was measured of the directions; joins the model's figures.
    """
    found.save(directions, info.folder / found.FILE)
    now = read_card(info.folder)  # finding takes minutes, in which others may have written
    fields = now.model_dump() | {"version": version or now.version}
    for key, figures in (metrics or {}).items():  # protocols join those that are there
        known = fields["metrics"].get(key, {}) if key == "protocol" else {}
        fields["metrics"] = {**fields["metrics"], key: {**known, **figures}}
    return _write_card(now.folder, fields, dict.fromkeys([*now.files, found.FILE]))


def store_encoder(info: ModelInfo, network: Any, aligner: Any) -> ModelInfo:
    """The model with encoder and aligner stored beside its weights in float16, and their sums in `model.toml`."""
    save_weights(network.variables, info.folder / ENCODER)
    arrays = {name: array.astype(np.float16) for name, array in aligner._asdict().items()}
    write_atomically(info.folder / ALIGNER, safetensors.numpy.save(arrays))
    now = read_card(info.folder)  # learning takes minutes, in which others may have written
    return _write_card(now.folder, now.model_dump(), dict.fromkeys([*now.files, ENCODER, ALIGNER]))


def add_folder(path: Path, name: str | None = None) -> ModelInfo:
    """The model copied from the folder at `path` (model.toml and its files) into `VISAGE_HOME/models`.

    Raises: ModelError for a name that is taken, a file whose sum differs, or weights that do not fit.
    """
    info = read_card(path.resolve())
    target = _free_place(name or info.name)
    fetching.whole(info)
    _load(info)  # the last word on whether weights and network belong together
    files = [file for file in (*info.files, *CARRIED) if (path / file).is_file()]  # not those that lie elsewhere

    def fill(folder: Path) -> None:
        for file in files:
            shutil.copyfile(path / file, folder / file)
        _write_card(folder, info.model_dump() | {"name": target.name}, info.files)

    return _publish(target, fill)


def add_keras(path: Path, name: str, family: str, arguments: Mapping[str, Any]) -> ModelInfo:
    """The model made from a Keras `.weights.h5` of a known family, in `VISAGE_HOME/models`.

    Raises: ModelError for a name that is taken, unknown arguments, or weights that do not fit.
    """
    from models import networks

    target = _free_place(name)
    build = networks.family(family).generator
    known = [key for key in inspect.signature(build).parameters if key != "dtype"]
    for key in arguments:
        if key not in known:
            raise ModelError(f"The family `{family}` has no argument `{key}`. It has: {', '.join(known)}.")
    try:
        network = build(**arguments)
        network.load_weights(path)
    except ModelError:
        raise
    except Exception as error:  # h5py and Keras raise whatever they trip over
        reason = " ".join(str(error).split())[:200]
        raise ModelError(
            f"`{path.name}` does not fit a `{family}` with {dict(arguments) or 'the default arguments'}: {reason} "
            "Name the arguments it was trained with."
        ) from error
    fields = {"title": name, "version": "1", "family": family, "arguments": dict(arguments)}
    return _publish(target, lambda folder: write_model(folder, {**fields, "name": name}, network))


def _load(info: ModelInfo) -> Any:
    if info.task == "detect":
        from models import detector

        return detector.load(info)
    from models import generator

    return generator.load(info)


def _write_card(folder: Path, fields: Mapping[str, Any], files: Iterable[str]) -> ModelInfo:
    """Nothing is written before the fields have been found in order."""
    sums = {name: _facts(folder / name, fields.get("files", {}).get(name)) for name in files}
    info = _checked(folder, fields, sums)
    write_atomically(folder / CARD, toml.dumps(info.model_dump()))
    return info


def _facts(file: Path, known: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Size and sum of the file; what was known of one that lies elsewhere."""
    if known and not file.exists():
        return known
    facts = {"bytes": file.stat().st_size, "sha256": sha256(file)}
    same = known and known["sha256"] == facts["sha256"]
    return facts | ({"addresses": known.get("addresses")} if same else {})


def _checked(folder: Path, fields: Mapping[str, Any], sums: Mapping[str, Any]) -> ModelInfo:
    try:
        return ModelInfo.model_validate({**fields, "files": sums, "folder": folder})
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "it"
        raise ModelError(
            f"The model cannot be written: `{key}`: {first['msg']}. Received: {first['input']!r}."
        ) from None


def _free_place(name: str) -> Path:
    try:
        taken = Catalogue().get(name)
    except ModelError:
        if not re.fullmatch(NAME, name):
            raise ModelError(f"`{name}` cannot be a model's name: use letters, digits, dots and dashes.") from None
        folder = home() / "models" / name
        if folder.exists():
            raise ModelError(f"There is a folder `{folder}` already. Remove it, or choose another --name.") from None
        return folder
    raise ModelError(f"There is a model named `{name}` already ({taken.folder}). Choose another with --name.")


def _publish(target: Path, fill: Callable[[Path], Any]) -> ModelInfo:
    """The model that `fill(folder)` wrote, at its place as a whole: it is made beside and renamed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".adding-", dir=target.parent))
    try:
        fill(beside)
        beside.chmod(0o755)
        beside.rename(target)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return read_card(target)
