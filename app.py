"""Door 1: `streamlit run app.py` serves the pages and `/api` from one process.

This file is read twice. Run by Streamlit as `__main__`, for every visitor, it draws the frame around a page; imported by
the server it makes `app`, the ASGI application. A new screen is one file in `pages/` and a line here.
"""

import streamlit as st

if __name__ == "__main__":
    from ui import shell

    shell.draw(
        [
            st.Page("pages/faces.py", title="Faces", default=True),
            st.Page("pages/morph.py", title="Morph"),
            st.Page("pages/masks.py", title="Masks"),
            st.Page("pages/training.py", title="Training"),
            st.Page("pages/data_sets.py", title="Data sets"),
            st.Page("pages/school.py", title="GAN school"),
            st.Page("pages/about.py", title="About"),
        ]
    )
else:
    from starlette.routing import Mount

    from api import api
    from ui import front_page, guards, warm_up
    from utils import imports

    guards.install()
    guards.navigate_ourselves()
    imports.around("keras", imports.quietly)
    app = st.App(__file__, routes=[Mount("/api", api), *front_page.routes()], lifespan=warm_up.lifespan)
