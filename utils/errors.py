"""Every error Visage raises on purpose: one clear sentence that names the thing and the way out.

VisageError
├── PictureError   a picture that cannot be used: empty, cut off, too large, not a picture
├── VideoError     a video that cannot be used: no frames, cut off at its start, not a video
├── LinkError      a shared link or settings text that says something impossible
├── ModelError     a model that is missing, damaged, or does not fit its weights
├── DataError      a picture set (folder, archive, labels) that cannot be used
├── RecipeError    a training recipe with a value that cannot work
└── RunError       a training run that cannot start, go on, or be found
"""


class VisageError(Exception):
    """The root of all of them: a door (page, command, HTTP) shows its text as it is."""


class PictureError(VisageError):
    """A picture that cannot be used."""


class VideoError(VisageError):
    """A video that cannot be used."""


class LinkError(VisageError):
    """A link or settings text that cannot be read."""


class ModelError(VisageError):
    """A model that is missing, damaged, or does not fit its weights."""


class DataError(VisageError):
    """A set of pictures or its labels that cannot be used."""


class RecipeError(VisageError):
    """A training recipe with a value that cannot work."""


class RunError(VisageError):
    """A training run that cannot start, go on, or be found."""
