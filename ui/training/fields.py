"""Every number of a recipe with its explanation, as widgets and as `key=value` settings."""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

import pydantic

EXPLAINED = {
    "seed": "Where all chance comes from: equal seeds give equal runs.",
    "images": "How long it trains: pictures shown to the network. A picture shown twice counts twice.",
    "batch": "Pictures in one step. More is steadier and takes more memory.",
    "start_iteration": "Steps are counted from here: for a run that goes on from another program's weights.",
    "precision": "Numbers inside the network. auto takes bfloat16 where the hardware has it: faster, a little rougher.",
    "deterministic": "Equal runs are equal to the bit on a processor. Off is faster there for small networks.",
    "shard_mib": "Largest file of a checkpoint, in MiB.",
    "average.half_life_kimg": "The network that is shown is a moving average. After so many thousand images half of it is new.",
    "average.ramp": "Early on the average forgets faster: its half-life is never above this share of the images seen.",
    "tick.iterations": "Steps between two looks: a point on the curves, a sample picture, a checkpoint.",
    "tick.metric_every": "The metric is measured at every so many ticks; 0 never.",
    "tick.metric_pictures": "Pictures that the metric is measured on. More is steadier and slower.",
    "tick.keep_every": "Checkpoints at multiples of so many steps are kept for good; 0 keeps only the usual ones.",
    "discriminator_updates": "Times the discriminator learns in one step.",
    "generator_updates": "Times the generator learns in one step.",
    "data.resolution": "Side of the pictures that are learnt and drawn, in pixels. Twice as large takes four times as long.",
    "data.flip": "Mirrors half of the pictures by chance. Leave it off where left and right mean something.",
    "networks.family": "How the two networks are built.",
    "networks.generator.latent": "Numbers that a face is drawn from.",
    "networks.generator.capacity": "Width of the generator. Wider learns more and is slower.",
    "networks.discriminator.capacity": "Width of the discriminator. Too wide beside the generator, it wins too early.",
    "networks.generator.kernel": "Side of the filters. Even ones leave no checkerboard.",
    "networks.discriminator.kernel": "Side of the filters.",
    "networks.generator.slope": "Of the leaky activation below 0; 0 is a plain ReLU.",
    "networks.discriminator.slope": "Of the leaky activation below 0.",
    "networks.generator.extra_convolution": "One more layer at every size.",
    "networks.discriminator.extra_convolution": "One more layer at every size.",
    "networks.generator.init_std": "Spread of the weights at the start.",
    "networks.discriminator.init_std": "Spread of the weights at the start.",
    "networks.discriminator.norm": "Batch normalisation in the discriminator. Off goes well with R1.",
    "networks.discriminator.head": "How the last layer comes to one score.",
    "loss.name": "The pair of losses that the two networks play by.",
    "loss.r1_gamma": "R1 keeps the discriminator smooth at the reals (Mescheder et al. 2018). More calms it; 0 is off.",
    "loss.r1_every": "R1 is added at every so many steps only, and counts for all of them.",
    "generator_optimiser.learning_rate": "How far the generator moves in a step. Lower is slower and steadier.",
    "discriminator_optimiser.learning_rate": "How far the discriminator moves in a step.",
    "generator_optimiser.beta_1": "Share of the past in Adam's direction; GANs take 0 to 0.5.",
    "discriminator_optimiser.beta_1": "Share of the past in Adam's direction; GANs take 0 to 0.5.",
    "generator_optimiser.beta_2": "Share of the past in Adam's measure of how much a weight shakes.",
    "discriminator_optimiser.beta_2": "Share of the past in Adam's measure of how much a weight shakes.",
    "generator_optimiser.decay": "Over this last share of the images the rate falls.",
    "discriminator_optimiser.decay": "Over this last share of the images the rate falls.",
    "generator_optimiser.final": "To this share of itself the rate falls.",
    "discriminator_optimiser.final": "To this share of itself the rate falls.",
    "networks.generator.channels": "Width of the generator at 4 px, 8 px, and so on.",
    "networks.discriminator.channels": "Width of the discriminator at 4 px, 8 px, and so on.",
    "loss.gradient_penalty": "Keeps the discriminator's slope near 1 between reals and fakes (Gulrajani et al. 2017).",
    "loss.drift": "Keeps the scores of reals from drifting away from 0 (Karras et al. 2018).",
    "loss.r1": "R1 for every stage: times pixels, by the batch (Karras et al. 2020). More calms the discriminator; 0 is off.",
    "generator_optimiser.falls": "How the rate falls: evenly over the last images, or in one step where they begin.",
    "discriminator_optimiser.falls": "How the rate falls: evenly over the last images, or in one step where they begin.",
    "augment.from_px": "Stages smaller than this go without the changes below, which reals and fakes both go through.",
    "augment.translation": "Shifts by up to this share of the side.",
    "augment.cutout": "A grey square of this share of the side.",
    "augment.brightness": "Half of what is added at most; 0 is off.",
    "augment.saturation": "Colours stronger or paler by up to this share.",
    "augment.contrast": "More or less contrast by up to this share.",
    "sheet.every_iterations": "Every so many steps a sheet of five fakes over five reals with their scores; 0 never.",
    "data.split": "A file that says which photo is in which part; empty: the set's own parts.",
    "data.rare_times": "How often photos of rare classes are shown for once of the others.",
    "network.cfg": "The architecture: a name of those that come with Visage, or a Darknet cfg file.",
    "network.size_every": "Steps that one size of input is kept for, where there are several.",
    "loss.ratio": "How much longer or shorter than a truth an anchor's sides may be, where `assign` is ratio.",
    "loss.neighbours": "The cells beside a truth's own learn it too, where `assign` is ratio.",
    "augment.mosaic_off": "Over this last share of the images photos are shown whole.",
    "optimiser.final": "Share of the rate that is left at the end, where `schedule` is cosine.",
    "optimiser.steps": "Shares of the images at which the rate falls, where `schedule` is steps.",
    "optimiser.factor": "The rate falls to this share of itself at each of them.",
    "optimiser.learning_rate": "How far the network moves in a step. Lower is slower and steadier.",
    "optimiser.momentum": "Share of the past in the direction of a step.",
}
# of every resolution that a Progressive GAN grows through
_STAGES = {
    "share": "Of all images, relative to the other stages'.",
    "fade": "Part of the stage's images over which its layers are faded in.",
    "batch": "Pictures in one step of this stage; 0 is the recipe's.",
}
HIDDEN = {"name", "task", "data.source", "network.init", "networks.init"}  # chosen elsewhere on the page


class Field:
    """One setting: `key` (dotted), `value`, `help`, `options` where only some values are possible."""

    def __init__(self, key: str, value: Any, help: str, options: tuple = ()):
        self.key, self.value, self.help, self.options = key, value, help, options

    @property
    def section(self) -> str:
        """What stands before the last dot."""
        return self.key.rpartition(".")[0]

    @property
    def label(self) -> str:
        """The last word of the key, as people read it."""
        return self.key.rpartition(".")[2].replace("_", " ").capitalize()


def fields(recipe: pydantic.BaseModel) -> list[Field]:
    """Every setting of the recipe that is not chosen elsewhere, in the recipe's own order."""
    return [field for field in _fields(recipe, "") if field.key not in HIDDEN]


def _fields(model, prefix) -> Iterator[Field]:
    words = _described(type(model))
    for name, info in type(model).model_fields.items():
        key, value = prefix + name, getattr(model, name)
        if isinstance(value, pydantic.BaseModel):
            yield from _fields(value, f"{key}.")
        elif isinstance(value, Mapping):
            for word, inner in value.items():
                if isinstance(inner, pydantic.BaseModel):
                    yield from _fields(inner, f"{key}.{word}.")
                    continue
                about = EXPLAINED.get(f"{key}.{word}") or info.description or words.get(name, "")
                yield Field(f"{key}.{word}", inner, about)
        else:
            options = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
            about = EXPLAINED.get(key) or info.description or words.get(name, "")
            yield Field(key, value, about or _STAGES.get(name, "") if "stages." in prefix else about, options)


def _described(kind) -> dict[str, str]:
    """Explanations from the class's docstring: the lines `name: text` or `one, other: text` under `Attributes:`."""
    found, names = {}, []
    for line in inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")[2].splitlines():
        started = re.match(r" {4}(\w+(?:, \w+)*): (.*)", line)
        if started:
            names = started[1].split(", ")
            found.update(dict.fromkeys(names, started[2]))
        elif line.startswith(" " * 8):
            found.update({name: f"{found[name]} {line.strip()}" for name in names})
    return {name: text[:1].upper() + text[1:] for name, text in found.items()}


def setting(key: str, value: Any) -> str:
    """`key=value` as recipes take it."""
    return f"{key}={json.dumps(value, ensure_ascii=False)}"
