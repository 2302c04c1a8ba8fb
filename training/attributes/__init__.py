"""Attributes of faces from labelled pictures: which may be sliders, a network that sees them, directions that turn them."""
