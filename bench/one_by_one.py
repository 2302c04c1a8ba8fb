"""The routes with queues that join nothing: what `bench.batching` compares with. `uvicorn bench.one_by_one:app`."""

from api import app  # noqa: F401  what uvicorn serves
from models.batching import Queue

Queue.largest = property(lambda queue: 1, lambda queue, value: None)
