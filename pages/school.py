"""GAN school: a GAN played one step at a time, three runs of our own, what equilibrium looks like, why a VAE's faces are blurred."""

import streamlit as st

from ui.school import lessons, look, one_step, words

LESSONS = ("One step at a time", "Three runs", "Equilibrium", "VAE or GAN")

look.style()
st.title("GAN school", anchor=False)
st.caption("Two networks play against each other, and faces come of it. What that looks like, well and badly played.")
lesson = st.segmented_control(
    "Lesson", LESSONS, default=LESSONS[0], required=True, key="school.lesson", persist_state="session",
    label_visibility="collapsed",
)  # fmt: skip

if lesson == "One step at a time":
    one_step.draw()
elif lesson == "Three runs":
    chart = st.segmented_control(
        "Chart", words.BESIDE, default="film", required=True, key="school.chart", persist_state="session",
        format_func=lambda chart: words.BESIDE[chart][0], help="The same charts stand on the page of a run.",
    )  # fmt: skip
    lessons.explained(chart)
    with st.expander("What made them so different?"):
        lessons.how_they_were_made()
elif lesson == "Equilibrium":
    lessons.equilibrium()
else:
    lessons.autoencoders()
