"""Photos with their boxes: the large picture, what to take home, the strip of all, the table, the comparison with truth."""

import base64
from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from models import records, serving
from models.boxes import Boxes, select
from models.card import ModelInfo
from ui import live, waking
from ui.masks import comparison, controls, counts, drawn, findings, for_programs, sample_pictures
from ui.masks.controls import Choice
from ui.masks.findings import Finding
from ui.masks.looks import Shot
from ui.masks.uploads import Brought
from utils.errors import VisageError

PAGE = 48  # small photos at once


def show(place, info: ModelInfo, brought: Brought, choice: Choice, side) -> None:
    """Everything that is known of the photos; of the samples where none was brought."""
    shots = brought.shots or sample_pictures.shots()
    with place:
        picture = st.container(key="masks-picture")
        below = st.container()
    if not _looked(info, shots, choice.tiles, picture, below):
        return
    looks = controls.looks()
    told = [looks.faults[one.digest] for one in brought.shots if one.digest in looks.faults]
    if told:
        st.warning("  \n".join(dict.fromkeys(told)))
    seen = [one for one in shots if looks.get(info, one, choice.tiles)]
    if not seen:
        return
    found = [_finding(info, one, choice) for one in seen]
    now = found[seen.index(controls.current(seen))]
    rows_key = f"masks.rows.{now.shot.digest}.{choice.overlap}.{choice.classes}.{choice.tiles}"
    _large(picture, now, brought, rows_key)
    with below, st.container(horizontal=True, gap="xsmall"):
        _take_home(now, found)
        for_programs.lines(info, choice)
    with side:
        _counts(found, looks.calls)
    _strip(info, found, now, choice.tiles, bool(brought.shots))
    _table(now, rows_key)
    if brought.truths:
        comparison.show(info, [one for one in seen if one.digest in brought.truths], brought, choice)


def _looked(info: ModelInfo, shots: Sequence[Shot], tiles: bool, picture, below) -> bool:
    """Whether the network has looked at all photos; it does so now where it has not."""
    looks = controls.looks()
    new = looks.missing(info, shots, tiles)
    if not new:
        return True
    with picture:
        waiting = st.empty()
        first = controls.current(shots)
        try:
            waiting.image(looks.view(first).picture, alt=f"{first.name}, before the network has looked")
        except VisageError:
            pass  # told once the network is at it
    with below, st.spinner("The network is waking up; the first photo takes a few seconds."):
        try:
            waking.fetch(info)
            detector = serving.detector(info.name)
        except VisageError as error:
            st.error(str(error))
            return False
    with below:
        bar = st.progress(0.0)
        candidates = detector.tiled_candidates if tiles else detector.candidates
        for done, one in enumerate(new):
            bar.progress(done / len(new), f"Looking at photo {done + 1:,} of {len(new):,}")
            looks.look(info, candidates, one, tiles)
        bar.empty()
    waiting.empty()
    return True


def _finding(info: ModelInfo, one: Shot, choice: Choice) -> Finding:
    candidates = controls.looks().get(info, one, choice.tiles).candidates
    # one box a face: nobody is Good and Bad at once
    boxes = select(candidates, choice.confidence, choice.overlap, choice.classes, across_classes=True)
    return Finding(one, boxes, candidates.width, candidates.height)


def _large(place, now: Finding, brought: Brought, rows_key: str) -> None:
    """The photo with its boxes, near one of them where a row of the table is chosen."""
    said, styles = records.labels(now.boxes)
    boxes, near = now.boxes.boxes, None
    rows = st.session_state.get(rows_key, {}).get("selection", {}).get("rows", [])
    if rows and rows[0] < len(boxes):
        near = boxes[rows[0]]
    truth = brought.truths.get(now.shot.digest)
    with place:
        marked = truth.boxes if truth is not None and st.session_state.get("masks.truth", True) else None
        picture = drawn.shown(controls.looks().view(now.shot), boxes, said, styles, marked, near)
        alt = f"{now.shot.name}: {findings.words(now.boxes)}"
        st.image(picture, alt=alt, output_format="JPEG", width="stretch")
        close = f" · near face {rows[0] + 1}" if near is not None else ""
        st.caption(f"{findings.words(now.boxes)} · {now.shot.name} · {now.width:,} × {now.height:,} px{close}")
        if truth is not None:
            st.toggle("Show what people marked (dotted)", value=True, key="masks.truth")


def _take_home(now: Finding, found: Sequence[Finding]) -> None:
    classes = now.boxes.classes
    stem = now.shot.name.rsplit("/")[-1].rsplit(".", 1)[0]
    files = [
        ("Download", lambda: findings.picture_file(now, "png"), f"{stem}-boxes.png", "image/png",
         "This photo with its boxes, at its own size, as PNG."),
        ("JPEG", lambda: findings.picture_file(now, "jpeg"), f"{stem}-boxes.jpg", "image/jpeg",
         "The same as JPEG, a smaller file."),
    ]  # fmt: skip
    if len(found) > 1:
        files.append(("All as zip", lambda: findings.picture_zip(found), "visage-masks.zip", "application/zip",
                      f"All {len(found):,} photos with their boxes."))  # fmt: skip
    files += [
        ("CSV", lambda: records.as_csv(findings.found(found)), "visage-masks.csv", "text/csv", "One row a box, for a spreadsheet."),
        ("JSON", lambda: records.as_json(findings.found(found)), "visage-masks.json", "application/json", "One record a box."),
        ("COCO", lambda: records.as_coco(findings.found(found), classes), "visage-masks-coco.json", "application/json",
         "Photos, classes and boxes as annotation programs read them."),
    ]  # fmt: skip
    for number, (label, data, name, mime, help) in enumerate(files):
        kind = "primary" if number == 0 else "secondary"
        st.download_button(label, data, name, mime, key=f"masks.get.{label}", help=help, on_click="ignore", type=kind)


def _counts(found: Sequence[Finding], calls: int) -> None:
    totals = findings.counts((one.boxes for one in found), found[0].boxes.classes)
    photos = f"{len(found):,} photo{'s' if len(found) > 1 else ''}"
    ran = f"the network has looked {calls:,} time{'s' if calls != 1 else ''}"
    counts.draw(totals, f"in {photos} · {ran}; the filters do not call it", calls)


def _strip(info: ModelInfo, found: Sequence[Finding], now: Finding, tiles: bool, brought: bool) -> None:
    st.subheader("Your photos" if brought else "Samples: nobody here exists", anchor=False)
    if not brought:
        st.caption(
            "Generated faces in drawn scenes, with drawn masks. Bring your own photos, and they take this place."
        )
    pages = range(0, len(found), PAGE)
    start = 0
    if len(pages) > 1:
        start = st.segmented_control(
            "Photos",
            pages,
            default=0,
            required=True,
            format_func=lambda first: f"{first + 1}–{min(first + PAGE, len(found))}",
            key="masks.page",
            label_visibility="collapsed",
        )
        start = start if start in pages else 0
    items = [_item(one, controls.looks().get(info, one.shot, tiles).thumb) for one in found[start : start + PAGE]]
    live.strip(
        key="masks.strip",
        data={"items": items, "current": now.shot.digest},
        on_chosen_change=lambda: st.session_state.update({"masks.shot": st.session_state["masks.strip"].chosen}),
    )


def _item(one: Finding, small: bytes) -> dict[str, str]:
    totals = findings.counts([one.boxes], one.boxes.classes)
    return {
        "id": one.shot.digest,
        "name": one.shot.name,
        "alt": f"{one.shot.name}: {findings.words(one.boxes)}",
        "words": " · ".join(f"{count} {name}" for name, count in totals.items() if count) or "none",
        "src": "data:image/webp;base64," + base64.b64encode(small).decode(),
    }


def _table(now: Finding, key: str) -> None:
    boxes: Boxes = now.boxes
    st.subheader("Boxes", anchor=False)
    if not len(boxes.boxes):
        st.caption("Nothing is left at these settings. Move Confidence to the left.")
        return
    st.caption("Choose a row to see that face from near, and the same row again to see the whole photo.")
    corners = np.round(boxes.boxes).astype(int)
    table = pd.DataFrame(
        {
            "Class": boxes.names,
            "Confidence": boxes.scores.round(2),
            "Left": corners[:, 0],
            "Top": corners[:, 1],
            "Width": corners[:, 2] - corners[:, 0],
            "Height": corners[:, 3] - corners[:, 1],
        }
    )
    table.index = pd.RangeIndex(1, len(table) + 1, name="Face")
    st.dataframe(
        table,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        height="auto" if len(table) < 10 else 380,
        column_config={"Confidence": st.column_config.NumberColumn(format="%.2f")},
        alt=f"Table of {len(table)} boxes, in pixels of the photo",
    )
