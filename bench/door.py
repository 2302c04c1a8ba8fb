"""The app with one screen more: an empty page, the floor that Faces is measured against in the same guarded server."""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

if __name__ == "__main__":
    from ui import shell

    shell.draw(
        [
            st.Page(ROOT / "pages" / "faces.py", title="Faces", default=True),
            st.Page(ROOT / "bench" / "empty_page.py", title="Empty"),
        ]
    )
else:
    import api
    from ui import guards

    guards.install()
    app = st.App(__file__, routes=[api.Beside()], lifespan=api.lifespan)
