"""Darknet's networks: the `.cfg` is the architecture, the `.weights` are its numbers."""
