"""The routes behind `api.py`, one file a subject. Each file has a `router`."""
