"""Pictures of a set that are alike, and all but a few of each kind put aside."""

import html

import streamlit as st

from training.data import duplicates, exclusions
from training.data.library import DataSet
from training.data.survey import Survey
from ui.data_sets import jobs, rights, shelf
from ui.data_sets.shelf import Opened

GROUPS, IN_ONE = 12, 10  # shown
HOW = (
    "Each picture gets a hash of 256 bits from its coarse lights and darks, mirrored too; two are alike that differ in no "
    "more bits than this. Up to 16 it is the same picture, made smaller or saved again; from 24 on drawings of one kind; from "
    "46 on the first photos of different people."
)


def show(one: DataSet, them: Opened) -> None:
    """The kinds, the largest first, and the button that keeps at most so many of each."""
    found = shelf.survey(one, them)
    if found is None:
        return
    left, right = st.columns(2, gap="medium")
    near = left.slider("Bits that may differ", 0, 48, duplicates.NEAR_FINE, 2, key="data.near", help=HOW)
    most = int(right.number_input("Keep at most … of a kind", 1, 100, 1, key="data.most"))
    groups = jobs.outcome(("alike", one, near), lambda progress: _joined(found, near, progress), "Comparing pictures")
    if groups is None:
        return
    excluded = exclusions.read(one.path)
    groups = {name: first for name, first in groups.items() if name not in excluded}
    kinds: dict[str, list[str]] = {}
    for name in sorted(groups):
        kinds.setdefault(groups[name], []).append(name)
    several = sorted((names for names in kinds.values() if len(names) > 1), key=lambda names: -len(names))
    if not several:
        st.markdown("No two pictures are that alike" + (", but for those that are excluded." if excluded else "."))
        return
    surplus = duplicates.surplus(groups, most)
    total = sum(map(len, several))
    st.caption(f"{total:,} of {len(found.names):,} pictures are like another, in {len(several):,} kinds. "
               f"Pale: those beyond {most} of a kind.")  # fmt: skip
    _exclude(one, surplus, most)
    st.html(
        '<div class="data-groups">' + "".join(_row(one, them, names, most) for names in several[:GROUPS]) + "</div>"
    )
    if len(several) > GROUPS:
        st.caption(f"The {GROUPS} largest kinds are shown.")


def _joined(found: Survey, near: int, progress) -> dict[str, str]:
    return duplicates.joined(found.names, found.hashes, near, progress)


def _exclude(one: DataSet, surplus: list[str], most: int) -> None:
    if not surplus:
        st.markdown(f"No kind has more than {most}.")
        return
    many = "1 picture" if len(surplus) == 1 else f"{len(surplus):,} pictures"
    with st.popover(f"Exclude {many}", help="Puts those beyond the number on the list of excluded pictures."):
        if not rights.may("alike"):
            return
        st.write(f"{many} will not be trained on. The files stay as they are; under Pictures each can be taken back.")
        if st.button("Exclude them", type="primary", key="data.surplus"):
            exclusions.change(one.path, add=surplus)
            st.rerun()


def _row(one: DataSet, them: Opened, names: list[str], most: int) -> str:
    cells = []
    for place, name in enumerate(names[:IN_ONE]):
        goes = ' class="goes"' if place >= most else ""
        alt = html.escape(name + (", beyond the number that stays" if goes else ""), quote=True)
        cells.append(f'<img src="{shelf.thumb(one, them, name)}" alt="{alt}" title="{alt}"{goes}>')
    return f"<div>{''.join(cells)}<span>{len(names):,} alike</span></div>"
