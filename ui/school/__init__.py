"""GAN school: what the charts of a training say, three runs of our own to compare with, a GAN played one step at a time.

For the page of a run: `beside("losses")` draws a small button that explains the chart it stands beside; the other charts
are "scores", "metric", "learning_rate", "film" and "diversity". `row()` draws them all in a row, for charts that stand
together. Nothing of it is computed or sent before somebody asks.
"""

from ui.school.lessons import beside, row

__all__ = ["beside", "row"]
