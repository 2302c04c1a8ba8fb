"""A slider and a line of text: the least that a rerun can do."""

import streamlit as st

st.text(f"value {st.slider('x', -100, 100, 0)}")
