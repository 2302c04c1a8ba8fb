"""The wait for a network whose weights lie elsewhere, told."""

import streamlit as st

from models import fetching
from models.card import ModelInfo


def fetch(info: ModelInfo) -> None:
    """Fetches what of the model is not here yet, with a bar; nothing where all is.

    Raises: ModelError as `fetching.fetch`.
    """
    if not fetching.missing(info):
        return
    bar = st.progress(0.0, f"The network is being fetched: {info.title}")

    def told(done: int, total: int) -> None:
        bar.progress(done / total, f"The network is being fetched: {done / 1e6:.1f} of {total / 1e6:.1f} MB")

    fetching.fetch(info, told)
    bar.empty()
