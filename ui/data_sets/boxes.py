"""What one does with photos with boxes before a training: split, anchors, another form."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import streamlit as st

from models.darknet import cfg
from training.data import anchors, exclusions, export, library, splits
from training.data.library import DataSet
from ui.data_sets import charts, jobs, rights
from ui.data_sets.shelf import Opened
from utils import private
from utils.errors import VisageError
from utils.files import write_atomically

FORMS = {"voc": "Pascal VOC", "yolo": "YOLO text"}
NETWORKS = sorted((file.stem for file in cfg.SHIPPED.glob("*.cfg")), reverse=True)
MOST = 1024 * 2**20  # bytes of a set that is packed for a download


def split(one: DataSet, them: Opened) -> None:
    """The split that came with the set, or one made here."""
    annotated = them.annotated
    if annotated.split:
        _parts(charts.by_part(annotated, annotated.split), "The split that came with the set, or lies beside it.")
        return
    st.caption("No split came with this set. Near-duplicates stay on one side, and each class is shared out fairly.")
    left, middle, right = st.columns(3, gap="medium")
    test = left.number_input("Test, %", 0, 50, 10, key="data.test")
    val = middle.number_input("Validation, %", 0, 50, 10, key="data.val", help="Photos that choose the best weights.")
    seed = int(right.number_input("Seed", 0, 10**6, 0, key="data.split-seed", help="Another seed, another split."))
    shares = {part: size / 100 for part, size in (("test", test), ("val", val)) if size}
    made = jobs.outcome(
        ("split", one, test, val, seed), lambda _: annotated.new_split(shares, seed), "Looking for near-duplicates"
    )
    if made is None:
        return
    _parts(charts.by_part(annotated, made), "A split made here.")
    name, table = library.split_of(one.path).name, splits.table("split", made)
    st.download_button("Download the split", table, name, "text/csv", key="data.split", on_click="ignore",
                       help=f"Beside the set, as {name}, it is found by itself.")  # fmt: skip
    if (
        one.uploaded
        and rights.may("split")
        and st.button(
            "Keep it beside the set", key="data.keep-split", help="Whoever trains on this set trains with this split."
        )
    ):
        write_atomically(library.split_of(one.path), table)
        st.rerun()


def _parts(table: pd.DataFrame, words: str) -> None:
    counted = ", ".join(f"{row['Part']} {row['Photos']:,} photos" for _, row in table.iterrows())
    st.caption(f"{words} {counted}.")
    st.table(table, hide_index=True)


def anchor_view(one: DataSet, them: Opened) -> None:
    """The sizes that boxes cluster around, on a chart, and a cfg with them."""
    left, middle, right = st.columns(3, gap="medium")
    name = left.selectbox("Network", NETWORKS, key="data.cfg")
    size = int(middle.number_input("Input, pixels", 32, 1024, 416, step=32, key="data.size"))
    resize = right.selectbox("Photos get in by", ["letterbox", "stretch"], key="data.resize",
                             help="letterbox keeps proportions; stretch does not, as Darknet trains.")  # fmt: skip
    found = jobs.outcome(("anchors", one, name, size, resize), lambda _: _anchors(them, name, size, resize),
                         "Clustering the boxes")  # fmt: skip
    if found is None:
        return
    changed, facts, boxes = found
    strides = {tuple(anchor): head["stride"] for head in facts["heads"] for anchor in head["anchors"]}
    words = ", ".join(f"{width:g} × {height:g}" for width, height in facts["anchors"])
    chart = charts.anchor_chart(
        boxes, facts["anchors"], [strides.get(tuple(anchor), "?") for anchor in facts["anchors"]], size
    )
    st.altair_chart(chart, key="data.anchors", alt=f"Boxes by width and height, and {len(strides)} anchors: {words}")
    ours, theirs = st.columns(2)
    ours.metric("Average IoU, these anchors", f"{facts['average_iou']:.3f}",
                help="Of each box of the training part with its best anchor, both at one centre.")  # fmt: skip
    theirs.metric(f"With the anchors of {name}", f"{facts['average_iou_of_cfg']:.3f}")
    st.caption(f"{facts['boxes']:,} boxes. A better average is not yet a better detector.")
    st.code(f"anchors = {',  '.join(f'{width:g},{height:g}' for width, height in facts['anchors'])}", language=None,
            wrap_lines=True)  # fmt: skip
    st.download_button("Download the cfg", cfg.write_cfg(changed), f"{name}-own.cfg", "text/plain", key="data.get-cfg",
                       on_click="ignore", help="The network with these anchors and the set's classes.")  # fmt: skip


def _anchors(them: Opened, name: str, size: int, resize: str):
    training = them.annotated.part("train")
    changed, facts = anchors.for_network(training, cfg.shipped(name), size, resize, seed=0)
    return changed, facts, anchors.sizes(training.photos, size, resize)


def convert(one: DataSet, them: Opened) -> None:
    """The set in another form, as a zip."""
    left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
    form = left.segmented_control("Form", list(FORMS), default="yolo", required=True, format_func=FORMS.get,
                                  key="data.form")  # fmt: skip
    pictures = right.toggle("With the photos", value=True, key="data.with-photos")
    heavy = one.path.stat().st_size if one.path.is_file() else sum(f.stat().st_size for f in one.path.rglob("*"))
    if pictures and heavy > MOST:
        st.info(f"This set is too large to be packed here. In the shell: `python cli.py data convert --to {form}`.")
        return
    left_out = len(exclusions.read(one.path) & them.photos.keys())
    st.caption(
        f"{len(them.names) - left_out:,} photos with every digit of their boxes: there and back gives equal boxes."
        + f" {left_out:,} excluded ones are left out." * bool(left_out)
    )
    st.download_button(
        "Download", lambda: packed(one, them, form, pictures), f"{Path(one.name).stem}-{form}.zip", "application/zip",
        key="data.convert", on_click="ignore", help="A zip; it is packed when you press.",
    )  # fmt: skip


def packed(one: DataSet, them: Opened, form: str, pictures: bool) -> bytes:
    """The zip. What of the set cannot be read is left out, as everywhere."""
    annotated = exclusions.without(them.annotated, one.path)
    with private.folder() as folder:
        try:
            export.write(folder / "set.zip", export.layout(annotated, form, pictures))
        except VisageError:
            readable = [photo for photo in annotated.photos if _readable(photo)]
            export.write(folder / "set.zip", export.layout(replace(annotated, photos=readable), form, pictures))
        return (folder / "set.zip").read_bytes()


def _readable(photo) -> bool:
    try:
        photo.read()
    except VisageError:
        return False
    return True
