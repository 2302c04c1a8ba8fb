"""Every error Visage raises on purpose: one clear sentence that names the thing and the way out.

VisageError
├── PictureError   a picture that cannot be used: empty, cut off
│   ├── PictureSizeError   one with too many pixels
│   └── PictureKindError   a file that is no picture, or of a kind that is not read
├── VideoError     a video that cannot be used: no frames, cut off at its start, not a video
├── LinkError      a shared link or settings text that says something impossible
├── ModelError     a model that is missing, damaged, or does not fit its weights
├── DataError      a picture set (folder, archive, labels) that cannot be used
├── RecipeError    a training recipe with a value that cannot work
├── RunError       a training run that cannot start, go on, or be found
└── BusyError      more was asked for at once than can be done; ask again
"""


class VisageError(Exception):
    """The root of all of them: a door (page, command, HTTP) shows its text as it is."""


class PictureError(VisageError):
    """A picture that cannot be used."""


class PictureSizeError(PictureError):
    """A picture with too many pixels."""


class PictureKindError(PictureError):
    """A file that is no picture, or a picture of a kind that is not read."""


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


class BusyError(VisageError):
    """More was asked for at once than can be done; the same question may be answered in a moment."""


def in_a_sentence(error: Exception, failed: str) -> str:
    """What a thread that works beside a page or a request tells of whatever it tripped over: died silently, it would
    leave them waiting for ever.

    Args:
        failed: what did not come about, as a sentence without its full stop.
    """
    if isinstance(error, VisageError):
        return str(error)
    if isinstance(error, OSError):
        return f"{failed}: {error.strerror or error}. Is the disk full?"
    return f"{failed}: {type(error).__name__}: {str(error)[:200]}"
