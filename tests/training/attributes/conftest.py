"""Drawn faces with CelebA's labels: a bright bar where the mouth is says smile, a dark top says hair, and so on."""

import csv
import io
import zipfile

import cv2
import numpy as np
import pytest

from training.attributes.allowed import ALLOWED


def drawn(yes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """uint8 [N, 64, 64, 3]: a head on a ground, and a patch of its own place and colour for every yes, bool [N, 15]."""
    faces = []
    for row in yes:
        face = np.full((64, 64, 3), rng.integers(60, 120), np.uint8)
        cv2.ellipse(face, (32, 32), (22, 28), 0, 0, 360, (190, 150, 130), -1)
        for k in np.flatnonzero(row):
            x, y = 12 + 14 * (k % 4), 8 + 15 * (k // 4)
            cv2.rectangle(face, (x, y), (x + 8, y + 6), [int(255 * (k >> b & 1)) for b in range(3)], -1)
        faces.append(np.clip(face + rng.normal(0, 6, face.shape), 0, 255).astype(np.uint8))
    return np.stack(faces)


@pytest.fixture(scope="session")
def labels():
    """bool [600, attributes]; the first, smile, goes with the fourth, gender, on four of five faces."""
    yes = np.random.default_rng(0).random((600, len(ALLOWED))) < 0.4
    along = np.random.default_rng(1).random(600) < 0.8
    yes[along, 0] = yes[along, 3]
    return yes


@pytest.fixture(scope="session")
def labelled_zip(labels, tmp_path_factory):
    """A zip of 600 drawn faces named as CelebA's, with its table inside."""
    path = tmp_path_factory.mktemp("labelled") / "drawn.zip"
    pictures = drawn(labels, np.random.default_rng(2))
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["image_id", *(attribute.column for attribute in ALLOWED), "Attractive"])
    with zipfile.ZipFile(path, "w") as archive:
        for number, (picture, row) in enumerate(zip(pictures, labels), start=1):
            name = f"{number:06}.png"
            archive.writestr(name, cv2.imencode(".png", picture[:, :, ::-1])[1].tobytes())
            writer.writerow([name, *(a.sign * (1 if said else -1) for a, said in zip(ALLOWED, row)), 1])
        archive.writestr("attributes.csv", table.getvalue())
    return path


@pytest.fixture(scope="session")
def learnt(labelled_zip, visage_home):
    """(network, figures) of the drawn faces."""
    from training.attributes import network

    return network.learnt(labelled_zip)
