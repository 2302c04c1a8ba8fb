"""New run: a recipe with every field explained, pictures, a name; measured and shown whole before it starts."""

import json
from pathlib import Path

import streamlit as st

from training import processes, runs
from training import recipe as recipes
from training.data import library
from ui.training import actions, fields, gate, go, words
from ui.training.fields import Field
from utils.errors import RecipeError, VisageError

FIRST = ("images", "batch", "data.resolution", "network.size")  # asked at once; the rest under All settings
BLURBS = {
    "dcgan": "Faces at 64 px from some 10,000 pictures: an evening on two cores.",
    "dcgan-guide": "The guide's own numbers, to compare with and learn from.",
    "pggan-faces": "Faces that grow from 4 to 128 px: a night or two on two cores.",
    "pggan-icons": "Icons that grow to 256 px, as the guide trains them. For an accelerator.",
    "masks": "Who wears a mask, at 416 px, fast enough for video.",
    "yolov3-masks": "The guide's large detector. For an accelerator.",
    "yolov3-tiny-masks": "The guide's small detector.",
}
EMPTY = (
    "There is no data set that this recipe could learn from. Bring one on the Data sets page, or put folders and zips under "
    "the folder that `VISAGE_DATA` names."
)


def show(query: dict[str, str]) -> None:
    """The form; `?from=RUN@IMAGES` is a branch, `?data=SET` chooses the set."""
    origin = query.get("from", "")
    st.title("Branch" if origin else "New run", anchor=False)
    st.caption(gate.SEEN)
    left, right = st.columns([3, 2], gap="large")
    with left:
        base = _base(origin, query.get("data", ""))
        if base is None:
            return
        source = None if origin else _data(recipes.load(base), query.get("data", ""))
        name = _name(base, origin)
        settings = _settings(base, origin)
    if source:
        settings.append(fields.setting("data.source", source))
    try:
        recipe = recipes.load(base, settings)
    except RecipeError as error:
        left.error(str(error))
        return
    with right:
        _start(recipe, name, bool(source or origin))


def _base(origin, chosen) -> str | None:
    """The recipe to lay settings over: a preset's name, or the file of the run that is branched from."""
    if origin:
        run = go.run_named(origin.partition("@")[0])
        images = origin.partition("@")[2]
        st.markdown(
            f"Begins with the weights of **{run.name}** at {int(images or 0):,} images, and with its settings, which you may "
            "change. That run stays as it is. To go on with it unchanged, use its Resume."
        )
        return str(run.folder / "recipe.toml")
    names, sets = recipes.names(), {one.name: one for one in library.sets()}
    wanted = sets[chosen].kind if chosen in sets else None
    if chosen and wanted is None:
        st.warning(f"There is no data set `{chosen}`.")
    fitting = [name for name in names if wanted in (None, _kind(recipes.load(name)))]
    return st.radio(
        "Recipe",
        fitting,
        captions=[BLURBS.get(name, "") for name in fitting],
        key=f"training.recipe.{wanted}",
        help="Every number of a training. Each can be changed below.",
    )


def _kind(recipe) -> str:
    return "boxes" if recipe.task == "detection" else "faces"


def _data(recipe, chosen) -> str | None:
    fitting = [one for one in library.sets() if one.kind == _kind(recipe)]
    if not fitting:
        st.warning(EMPTY)
        return None
    names = [one.name for one in fitting]
    name = st.selectbox(
        "Data set",
        names,
        index=names.index(chosen) if chosen in names else 0,
        key=f"training.data.{_kind(recipe)}.{chosen}",
        help="Pictures for a generator; photos with boxes for a detector.",
    )
    return str(fitting[names.index(name)].path)


def _name(base, origin) -> str:
    taken = {run.name for run in runs.all_runs()}
    stem = f"{origin.partition('@')[0]}-branch" if origin else Path(base).stem
    free = next(name for number in range(1, len(taken) + 2) if (name := f"{stem}-{number}") not in taken)
    st.session_state.setdefault(f"training.name.{stem}", free)
    return st.text_input(
        "Name of the run", key=f"training.name.{stem}", help="And of its folder: letters, digits, dots and dashes."
    )


def _settings(base, origin) -> list[str]:
    """Settings that differ from the base's, from one widget a field."""
    recipe, stem = recipes.load(base), origin or base
    everything = fields.fields(recipe)
    first = [field for field in everything if field.key in FIRST]
    changed = [*_drawn(first, stem)]
    with st.expander("All settings, each explained"):
        rest = [field for field in everything if field.key not in FIRST]
        for section in dict.fromkeys(field.section for field in rest):
            if section:
                st.subheader(section.replace(".", ", ").replace("_", " ").capitalize(), anchor=False)
            changed += _drawn([field for field in rest if field.section == section], stem)
    if origin:
        changed.append(fields.setting("network.init" if recipe.task == "detection" else "networks.init", origin))
    return changed


def _drawn(some: list[Field], stem: str) -> list[str]:
    columns, changed = st.columns(2, gap="medium"), []
    for number, field in enumerate(some):
        with columns[number % 2]:
            value = _widget(field, f"training.set.{stem}.{field.key}")
        if value != field.value:
            changed.append(fields.setting(field.key, value))
    return changed


def _widget(field: Field, key: str):
    about = {"key": key, "help": f"{field.help} (`{field.key}`)".strip()}
    value = field.value
    if field.options:
        return st.selectbox(field.label, field.options, index=field.options.index(value), **about)
    if isinstance(value, bool):
        return st.toggle(field.label, value, **about)
    if isinstance(value, int):
        return st.number_input(field.label, value=value, step=1, **about)
    if isinstance(value, float):
        return st.number_input(field.label, value=value, step=abs(value) / 10 or 0.1, format="%g", **about)
    if isinstance(value, str):
        return st.text_input(field.label, value, **about)
    text = st.text_input(field.label, json.dumps(value), **about)
    try:
        return json.loads(text)
    except ValueError:
        return text  # the recipe says what is wrong with it


def _start(recipe, name: str, has_data: bool) -> None:
    """Estimate, dry run, Start."""
    with st.container(border=True):
        st.button(
            "Start", key="training.start", type="primary", width="stretch", disabled=not has_data,
            on_click=actions.press, args=(processes.start, name, recipe), kwargs={"then": lambda: go.to_run(name)},
            help="As a process of its own: it goes on when you leave, and when this server stops.",
        )  # fmt: skip
        _estimate(recipe, has_data)
    with st.expander("Dry run: the whole recipe"):
        st.code(recipes.dumps(recipe), "toml", height=420)


def _estimate(recipe, has_data) -> None:
    text = recipes.dumps(recipe)
    measured = st.session_state.get("training.probe", ("", None))
    if st.button(
        "How long will it take?", key="training.probe.start", width="stretch", disabled=not has_data,
        help="Does a few real steps on these pictures, in a process of its own, and measures them.",
    ):  # fmt: skip
        with st.spinner("A few real steps are done; a minute at most."):
            try:
                measured = st.session_state["training.probe"] = (text, processes.probe(recipe))
            except VisageError as error:
                st.error(str(error))
                return
    before, probe = measured
    if probe is not None and before == text:
        most = "At most " if recipe.task == "progressive" else ""  # measured at its last size, which is the slowest
        st.markdown(
            f"{most}**{words.span(probe.seconds)}** for {words.count(recipe.images)} images, at "
            f"{words.rate(probe.images_per_second)}, with **{words.size(probe.memory)}** of memory, while nothing else runs."
        )
    elif probe is not None:
        st.caption("Settings have changed since it was measured.")
