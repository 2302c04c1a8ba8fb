"""GAN school: what the charts of a training say, three runs of our own to compare with, a GAN played one step at a time.

For the page of a run: `beside("losses")` draws a small button that explains the chart it stands beside; the other charts
are "scores", "metric", "learning_rate", "film" and "diversity". Where one chart stands there twice, `place` tells the
buttons apart: `beside("losses", place=run.name)`. Nothing of it is computed or sent before somebody asks.
"""

from ui.school.lessons import beside

__all__ = ["beside"]
