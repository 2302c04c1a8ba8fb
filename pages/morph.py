"""Morph: a path through two to eight faces, scrubbed by hand, taken home as an animation."""

from urllib.parse import urlencode

import streamlit as st

from models import likeness, morphs
from ui import cards, code, live, page_state

PAGE = "morph"

query = page_state.address(PAGE)
info, settings, notes = page_state.read(query, morphs.read_query)
if info is not None:
    found = [place for place, face in enumerate(settings.keys, 1) if likeness.from_photo(face, info.latent)]
    notes += [f"Face {found[0]}: {likeness.LIKENESS}"] if found else []
page_state.tell(notes)
if info is None:
    st.stop()

live.morph(
    key=PAGE,
    data={
        **cards.model_data(info),
        **page_state.shown(PAGE, settings),
        "settings": {
            "model": settings.model,
            "version": settings.version,
            "keys": [morphs.key_text(face) for face in settings.keys],
            "path": settings.path,
            "easing": settings.easing,
            "loop": settings.loop,
            "steps": settings.steps,
            "at": settings.at,
        },
        "fewest": morphs.FEWEST,
        "most": morphs.MOST,
        "steps": morphs.STEPS,
        "most_steps": morphs.MOST_STEPS,
        "fps": morphs.FPS,
    },
    on_settled_change=lambda: page_state.settled(PAGE, morphs.read_query),
    on_woke_change=lambda: None,  # the network is there now: a run brings the foot of the side up to date
)
url = f"{code.address()}/api/v1/morph?{urlencode(settings.to_query())}&format=mp4"
code.lines(
    "morph.code",
    "this morph as MP4",
    f'curl -o morph.mp4 "{url}"',
    f'import urllib.request\n\nurllib.request.urlretrieve("{url}", "morph.mp4")\n',
    f'const morph = await (await fetch("{url}")).blob();\n',
)
