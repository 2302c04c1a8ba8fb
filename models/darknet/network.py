"""A Keras network from the sections of a Darknet `.cfg`: the YOLOv3 family, any input that is a multiple of its stride."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers

from models.darknet.cfg import KNOWN, Section, heads, sources
from models.norms import BatchNorm, without_norm
from utils.errors import ModelError

EPSILON = 1e-5  # under the root of batch norm, as Darknet's GPU code and cuDNN have it; Keras' own default is 1e-3
MOMENTUM = 0.97  # of the moving statistics: short trainings must move them; Darknet's own are 0.9 and 0.99
ACTIVATIONS = {
    "linear": None,
    "leaky": lambda name, dtype: layers.LeakyReLU(0.1, name=name, dtype=dtype),  # `src/activations.h`
    "relu": lambda name, dtype: layers.ReLU(name=name, dtype=dtype),
    "relu6": lambda name, dtype: layers.ReLU(6.0, name=name, dtype=dtype),
    "logistic": lambda name, dtype: layers.Activation("sigmoid", name=name, dtype=dtype),
    "swish": lambda name, dtype: layers.Activation("silu", name=name, dtype=dtype),
}
CONVOLUTION = {"batch_normalize", "filters", "size", "stride", "pad", "padding", "activation", "groups"}
OPTIONS = {
    "convolutional": CONVOLUTION,
    "shortcut": {"from", "activation"},
    "route": {"layers"},
    "upsample": {"stride"},
    "maxpool": {"size", "stride", "padding"},
    "avgpool": set(),
    "scale_channels": {"from"},
    "dropout": {"probability"},
}


def network(
    sections: Sequence[Section], size: int | None = None, dtype: str = "float32", norms: bool = True
) -> keras.Model:
    """The network: float32 [N, H, W, 3] in [0, 1], RGB -> one raw map [N, h, w, A * (5 + classes)] float32 for each head.

    H and W are multiples of the largest stride; layers are named by their number in the cfg (`conv003`, `norm003`).

    Args:
        sections: of `cfg.read_cfg`.
        size: H and W, where they are always the same; else any.
        dtype: Keras dtype policy of the body, `float32` or `mixed_bfloat16`; the maps are always float32.
        norms: without them every convolution has a bias in its norm's place; see `folded`.

    Raises: ModelError naming the section that is not of the family, or does not fit those before it.
    """
    heads(sections)  # refuses what could not be read out again
    if sections[0].number("channels", 3) != 3:
        raise ModelError("The cfg's network takes pictures of other than 3 channels. Only RGB is read here.")
    start = keras.Input((size, size, 3), name="picture", dtype="float32")
    x, outputs, raw = start, [], []
    for index, section in enumerate(sections[1:]):
        x = _layer(section, index, x, outputs, dtype, norms)
        if section.name == "yolo":
            _check_filters(section, x)
            raw.append(layers.Activation("linear", dtype="float32", name=f"head{index:03d}")(x))
        outputs.append(x)
    return keras.Model(start, raw, name="detector")


def folded(model: keras.Model, sections: Sequence[Section], size: int | None = None) -> keras.Model:
    """The same network for use alone: every batch norm's moving statistics are in the convolution before it.

    A third faster on a CPU, where each norm is two more passes over the map; equal up to rounding.
    """
    plain = network(sections, size, norms=False)
    for index, section in convolutions(sections):
        source, target = model.get_layer(f"conv{index:03d}"), plain.get_layer(f"conv{index:03d}")
        kernel = np.asarray(source.kernel)
        if section.number("batch_normalize", 0):
            axis = 2 if isinstance(source, layers.DepthwiseConv2D) else -1
            kernel, bias = without_norm(kernel, 0.0, model.get_layer(f"norm{index:03d}"), axis)
        else:
            bias = np.asarray(source.bias)
        target.kernel.assign(kernel)
        target.bias.assign(bias)
    return plain


def convolutions(sections: Sequence[Section]) -> list[tuple[int, Section]]:
    """(number of the layer, section) of every convolution, in the order in which `.weights` holds them."""
    return [(index, section) for index, section in enumerate(sections[1:]) if section.name == "convolutional"]


def freeze(model: keras.Model, count: int) -> None:
    """Nothing; afterwards the convolutions and batch norms of the cfg's first `count` layers do not train."""
    for layer in model.layers:
        number = layer.name[4:]
        if layer.name[:4] in ("conv", "norm") and number.isdecimal() and int(number) < count:
            layer.trainable = False


def _layer(section: Section, index: int, x: Any, outputs: list, dtype: str, norms: bool) -> Any:
    """The output of one section."""
    _check_options(section)
    if section.name == "convolutional":
        return _convolution(section, index, x, dtype, norms)
    if section.name == "shortcut":
        other = outputs[sources(section, "from", index)[0]]
        if other.shape[-1] != x.shape[-1]:
            raise ModelError(f"{section.where} adds {other.shape[-1]} channels to {x.shape[-1]}. Repair the cfg.")
        x = layers.Add(name=f"add{index:03d}", dtype=dtype)([x, other])
        return _activated(section, index, x, dtype)
    if section.name == "route":
        routed = [outputs[layer] for layer in sources(section, "layers", index)]
        return routed[0] if len(routed) == 1 else layers.Concatenate(name=f"route{index:03d}", dtype=dtype)(routed)
    if section.name == "upsample":
        stride = section.number("stride", 2)
        return layers.UpSampling2D(stride, interpolation="nearest", name=f"up{index:03d}", dtype=dtype)(x)
    if section.name == "maxpool":
        stride = section.number("stride", 1)
        # `same` pads with minus infinity, on the right and below first: so does Darknet's padding of size - 1.
        pool = layers.MaxPooling2D(section.number("size", stride), stride, "same", name=f"pool{index:03d}", dtype=dtype)
        return pool(x)
    if section.name == "avgpool":
        return layers.GlobalAveragePooling2D(keepdims=True, name=f"mean{index:03d}", dtype=dtype)(x)
    if section.name == "scale_channels":
        scaled = outputs[sources(section, "from", index)[0]]
        return layers.Multiply(name=f"scale{index:03d}", dtype=dtype)([scaled, x])
    return x  # yolo; dropout: rate as in the cfg would slow a short training, and inference has none


def _convolution(section: Section, index: int, x: Any, dtype: str, norms: bool) -> Any:
    filters, size, stride = section.number("filters"), section.number("size", 1), section.number("stride", 1)
    groups, channels = section.number("groups", 1), x.shape[-1]
    norm = norms and section.number("batch_normalize", 0)
    if channels % groups or filters % groups or min(filters, size, stride) < 1:
        raise ModelError(f"{section.where}: {groups} groups do not divide {channels} channels and {filters} filters.")
    padding = size // 2 if section.number("pad", 0) else section.number("padding", 0)
    mode = "same" if stride == 1 and size % 2 and padding == size // 2 else "valid"
    if mode == "valid" and padding:
        # Darknet pads both sides alike; `same` with a stride would pad right and below only, and shift every map.
        x = layers.ZeroPadding2D(padding, name=f"pad{index:03d}", dtype=dtype)(x)
    options = {"strides": stride, "padding": mode, "use_bias": not norm, "name": f"conv{index:03d}", "dtype": dtype}
    if groups == channels == filters:
        x = layers.DepthwiseConv2D(size, **options)(x)
    else:
        x = layers.Conv2D(filters, size, groups=groups, **options)(x)
    if norm:
        norm = BatchNorm(momentum=MOMENTUM, epsilon=EPSILON, name=f"norm{index:03d}", dtype=dtype)
        x = norm(x)
    return _activated(section, index, x, dtype)


def _activated(section: Section, index: int, x: Any, dtype: str) -> Any:
    name = section.options.get("activation", "linear" if section.name == "shortcut" else "logistic")
    if name not in ACTIVATIONS:
        raise ModelError(f"{section.where}: the activation `{name}` is not known. Known: {', '.join(ACTIVATIONS)}.")
    build = ACTIVATIONS[name]
    return build(f"act{index:03d}", dtype)(x) if build else x


def _check_options(section: Section) -> None:
    """An option that would change the network, and is not read here, must not be passed over."""
    if section.name == "yolo":
        return
    if section.name not in OPTIONS:
        raise ModelError(f"{section.where} is not known here. Known sections: {KNOWN}.")
    for option in section.options:
        if option not in OPTIONS[section.name]:
            raise ModelError(f"{section.where}: the option `{option}` is not known here. Take it out, or another cfg.")


def _check_filters(section: Section, x: Any) -> None:
    wanted = len(section.numbers("mask")) * (5 + section.number("classes"))
    if x.shape[-1] != wanted:
        raise ModelError(f"{section.where} needs {wanted} filters before it. The cfg gives {x.shape[-1]}.")
