"""Darknet's `.weights`, read and written: a header, then float32 numbers layer by layer, no names.

The order is that of AlexeyAB's Darknet (`src/parser.c`, `load_weights_upto`): of every convolution biases, then with batch
norm scales, means and variances, then the kernel as [filters, channels / groups, height, width].
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from models.darknet.cfg import Section, read_cfg, sources, with_classes
from models.darknet.network import convolutions, network
from utils.errors import ModelError
from utils.files import write_atomically


class Header(NamedTuple):
    """major, minor, revision of the format, and the pictures that the network had seen."""

    major: int = 0
    minor: int = 2
    revision: int = 5
    seen: int = 0

    @property
    def wide(self) -> bool:
        """Whether `seen` takes 8 bytes (a header of 20), as since version 0.2; else 4 (16)."""
        return self.major * 10 + self.minor >= 2

    def pack(self) -> bytes:
        """The header's bytes."""
        seen = np.array([self.seen], "<u8" if self.wide else "<u4").tobytes()
        return np.array(self[:3], "<i4").tobytes() + seen


HEADER = Header()


def read_header(data: bytes, name: str) -> tuple[Header, np.ndarray]:
    """The header and the numbers after it, float32 [K].

    Raises: ModelError for a file that is too short, or from a version with transposed weights.
    """
    if len(data) < 16:
        raise ModelError(f"`{name}` is too short for a Darknet weights file. Fetch it again.")
    header = Header(*(int(v) for v in np.frombuffer(data, "<i4", 3)))
    if not 0 <= header.major < 1000 or not 0 <= header.minor < 1000:
        raise ModelError(f"`{name}` does not begin as Darknet's weights do. Is it another kind of file?")
    size = 20 if header.wide else 16
    if len(data) < size or (len(data) - size) % 4:
        raise ModelError(f"`{name}` is cut off: its length is no whole number of values. Fetch it again.")
    seen = int(np.frombuffer(data, "<u8" if header.wide else "<u4", 1, 12)[0])
    return header._replace(seen=seen), np.frombuffer(data, "<f4", offset=size)


def read_weights(model: Any, sections: Sequence[Section], path: str | Path, layers: int | None = None) -> Header:
    """The file's header; afterwards the network `model` of these sections holds the file's numbers.

    Args:
        layers: read only the cfg's first so many layers, as Darknet's `partial` writes them; None for all.

    Raises: ModelError for a file that is too short or too long for the network, or holds values that are no numbers.
        The network is left as it was then.
    """
    path = Path(path)
    header, values = read_header(_bytes(path), path.name)
    wanted = [part for index, part in _parts(model, sections) if layers is None or index < layers]
    total = sum(int(np.prod(shape)) for part in wanted for _, shape in part)
    if len(values) != total:
        raise ModelError(
            f"`{path.name}` holds {len(values):,} values and the network takes {total:,}: it is too "
            f"{'long' if len(values) > total else 'short'} for this cfg. Name the cfg that it was trained with."
        )
    if not np.isfinite(values).all():
        raise ModelError(f"`{path.name}` holds values that are not numbers. Take an earlier file of that training.")
    place = 0
    for variable, shape in (pair for part in wanted for pair in part):
        count = int(np.prod(shape))
        variable.assign(_to_keras(values[place : place + count].reshape(shape), variable))
        place += count
    return header


def write_weights(
    model: Any, sections: Sequence[Section], path: str | Path, header: Header = HEADER, layers: int | None = None
) -> None:
    """Nothing; afterwards `path` holds the network's numbers as Darknet and OpenCV 4 read them.

    Args:
        layers: write only the cfg's first so many layers, as Darknet's `partial` does; None for all.
    """
    kept = [part for index, part in _parts(model, sections) if layers is None or index < layers]
    arrays = [_to_darknet(variable, shape) for part in kept for variable, shape in part]
    write_atomically(path, header.pack() + b"".join(array.tobytes() for array in arrays))


class Start(NamedTuple):
    """What a training took over from a file: the layers that were read, and a sentence on what was left out."""

    layers: int
    sentence: str


def take_what_fits(model: Any, sections: Sequence[Section], path: str | Path) -> Start:
    """Read from `path` all that fits into the network of these sections, whatever the file was trained for.

    Known are: a whole file for this cfg; one with its own cfg beside it (`x.weights`, `x.cfg`), of which every layer is
    taken whose section and shape are the same; one for this cfg with other classes; and the first layers of it, as
    Darknet's `partial` writes them (`yolov3-tiny.conv.15`, `darknet53.conv.74`).

    Raises: ModelError where nothing fits.
    """
    path = Path(path)
    count = len(read_header(_bytes(path), path.name)[1])
    ends, total = {}, 0
    for index, part in _parts(model, sections):
        total += sum(int(np.prod(shape)) for _, shape in part)
        ends[total] = index + 1
    beside = path.with_suffix(".cfg")
    if path.suffix == ".weights" and beside.is_file():
        return _take_alike(model, sections, read_cfg(beside.read_text("utf-8")), path)
    if count in ends:
        read_weights(model, sections, path, ends[count])
        if count == total:
            return Start(ends[count], f"`{path.name}` fits whole.")
        return Start(ends[count], f"`{path.name}` holds the first {ends[count]} layers; the others start at random.")
    for classes in range(1, 1001):
        other = with_classes(sections, classes)
        if count == _size(other):
            return _take_alike(model, sections, other, path)
    raise ModelError(
        f"`{path.name}` holds {count:,} values; the network takes {total:,}, and neither its first layers nor another "
        "number of classes give that. Name weights of the same cfg, or lay their own cfg beside them."
    )


def _take_alike(model, sections, other, path):
    """Every convolution of the file's network that has the same number and shape here."""
    whole = network(other)
    read_weights(whole, other, path)
    theirs = dict(_parts(whole, other))
    taken, left = 0, []
    for index, mine in _parts(model, sections):
        if [shape for _, shape in mine] == [shape for _, shape in theirs.get(index, [])]:
            taken += 1
            for (variable, _), (source, _) in zip(mine, theirs[index]):
                variable.assign(source)
        else:
            left.append(index)
    if not taken:
        raise ModelError(f"No layer of `{path.name}` fits this cfg. Name weights of a network that is like it.")
    names = ", ".join(str(index) for index in left)
    rest = f"; layers {names} are new and start at random" if left else ""
    return Start(taken, f"{taken} of {taken + len(left)} convolutions are those of `{path.name}`{rest}.")


def _size(sections):
    """Numbers that a file for these sections holds, by arithmetic: 1,000 networks need not be built to try them."""
    channels: list[int] = []
    total, now = 0, 3
    for index, section in enumerate(sections[1:]):
        if section.name == "convolutional":
            filters, size, groups = section.number("filters"), section.number("size", 1), section.number("groups", 1)
            norm = 4 if section.number("batch_normalize", 0) else 1
            total += filters * norm + filters * (now // groups) * size * size
            now = filters
        elif section.name == "route":
            now = sum(channels[layer] for layer in sources(section, "layers", index))
        elif section.name == "scale_channels":
            now = channels[sources(section, "from", index)[0]]
        channels.append(now)
    return total


def _parts(model, sections):
    """For every convolution (its layer, [(variable, Darknet's shape)]) in the order of the file."""
    for index, section in convolutions(sections):
        layer = model.get_layer(f"conv{index:03d}")
        kernel = layer.kernel
        height, width, inner, outer = kernel.shape
        depthwise = section.number("groups", 1) > 1 and outer == 1 and inner == section.number("filters")
        shape = (inner, 1, height, width) if depthwise else (outer, inner, height, width)
        filters = shape[0]
        if section.number("batch_normalize", 0):
            norm = model.get_layer(f"norm{index:03d}")
            four = (norm.beta, norm.gamma, norm.moving_mean, norm.moving_variance)
            yield index, [*((variable, (filters,)) for variable in four), (kernel, shape)]
        else:
            yield index, [(layer.bias, (filters,)), (kernel, shape)]


def _to_keras(array, variable):
    if array.ndim < 4:
        return array
    filters, inner, height, width = array.shape
    depthwise = tuple(variable.shape) == (height, width, filters, 1) and inner == 1
    return array.transpose(2, 3, 0, 1) if depthwise else array.transpose(2, 3, 1, 0)


def _to_darknet(variable, shape):
    array = np.asarray(variable.numpy(), "<f4")
    if array.ndim < 4:
        return array
    depthwise = tuple(array.shape) == (shape[2], shape[3], shape[0], 1) and shape[1] == 1
    return np.ascontiguousarray(array.transpose(2, 3, 0, 1) if depthwise else array.transpose(3, 2, 0, 1))


def _bytes(path):
    try:
        return path.read_bytes()
    except OSError:
        raise ModelError(f"There are no weights at `{path}`. Check the name.") from None
