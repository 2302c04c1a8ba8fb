"""Door 1: `streamlit run app.py` serves the pages and HTTP (api.py) from one process.

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
    import api
    from ui import front_page, guards

    guards.install()
    guards.navigate_ourselves()
    app = st.App(__file__, routes=[api.Beside(), *front_page.routes()], lifespan=api.lifespan)
