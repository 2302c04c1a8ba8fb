"""Training: runs as a list, a run as a page, and a new one."""

from pathlib import Path

import streamlit as st

from ui.training import actions, gate, go, new_run, run_list, run_page
from utils.errors import VisageError

st.html(f"<style>{Path(run_page.__file__).with_name('training.css').read_text('utf-8')}</style>")
where, query = go.here()
if where != go.LIST:
    st.button("All runs", key="training.list", type="tertiary", icon=":material/arrow_back:", on_click=go.to_list)
actions.told()
may = gate.may_act()
try:
    if where == go.RUN:
        run_page.show(go.run_named(query["run"]), may)
    elif where == go.NEW and may:
        new_run.show(query)
    else:
        run_list.show(may)
except VisageError as error:
    st.error(str(error))
