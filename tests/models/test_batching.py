"""The queue in front of a network, as threads meet it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from models import generator, serving
from models.batching import Queue
from models.settings import FaceSettings
from utils.errors import BusyError

PATIENCE = 60  # seconds before a test fails instead of hanging


class Network:
    """Doubles rows. Each pass begins when the test says so, and is remembered by its number of rows."""

    def __init__(self):
        self.passes, self.at_once, self.busiest = [], 0, 0
        self.begun, self.go = threading.Semaphore(0), threading.Semaphore(0)

    def __call__(self, rows):
        self.at_once += 1
        self.busiest = max(self.busiest, self.at_once)
        self.begun.release()
        assert self.go.acquire(timeout=PATIENCE)
        self.at_once -= 1
        self.passes.append(len(rows))
        if (rows < 0).any():
            raise ValueError("below zero")
        return [rows * 2, rows[:, 0]]


@pytest.fixture
def network():
    return Network()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(64) as threads:
        yield threads


def rows(*values):
    return np.array(values, np.float32)[:, None]


def asked(pool, queue, network, *requests, first=True):
    """Futures of these requests; the first one is in the network already, the others wait in this order."""
    futures = []
    for number, request in enumerate(requests):
        futures.append(pool.submit(queue, request))
        if number == 0 and first:
            assert network.begun.acquire(timeout=PATIENCE)
        else:
            until(lambda number=number: len(queue._waiting) == number + (not first))
    return futures


def until(condition):
    wait = threading.Event()
    for _ in range(PATIENCE * 200):
        if condition():
            return
        wait.wait(0.005)
    raise AssertionError("it never came")


def test_what_waits_together_goes_as_one_batch_and_each_gets_its_own(pool, network):
    queue = Queue(network, largest=16)
    futures = asked(pool, queue, network, *(rows(number) for number in range(8)))
    network.go.release(2)
    for number, future in enumerate(futures):
        doubled, first = future.result(PATIENCE)
        assert doubled.tolist() == [[2 * number]] and first.tolist() == [number]
    assert network.passes == [1, 7] and network.busiest == 1


def test_a_batch_has_so_many_rows_at_most_and_a_larger_request_goes_alone(pool, network):
    queue = Queue(network, largest=4)
    futures = asked(pool, queue, network, rows(0), rows(1, 2), rows(3), rows(4, 5), rows(*range(9)), rows(6))
    network.go.release(5)
    assert [len(future.result(PATIENCE)[0]) for future in futures] == [1, 2, 1, 2, 9, 1]
    assert network.passes == [1, 3, 2, 9, 1] and network.busiest == 1


def test_too_many_are_told_and_it_goes_on(pool, network):
    queue = Queue(network, largest=16, most=3)
    futures = asked(pool, queue, network, *(rows(number) for number in range(4)))
    with pytest.raises(BusyError, match="3 requests wait for this network already. Ask again"):
        queue(rows(9))
    network.go.release(3)
    assert [future.result(PATIENCE)[1].item() for future in futures] == [0, 1, 2, 3]
    assert queue(rows(9))[1].item() == 9


def test_what_goes_wrong_reaches_everybody_in_the_batch_and_nobody_else(pool, network):
    queue = Queue(network, largest=2)
    futures = asked(pool, queue, network, rows(0), rows(1), rows(-1), rows(2))
    network.go.release(3)
    assert futures[0].result(PATIENCE)[1].item() == 0 and futures[3].result(PATIENCE)[1].item() == 2
    for future in futures[1:3]:
        with pytest.raises(ValueError, match="below zero"):
            future.result(PATIENCE)


def test_an_accelerator_waits_for_company_where_there_was_some(pool, network):
    queue = Queue(network, largest=4, patience=PATIENCE)
    network.go.release()
    futures = asked(pool, queue, network, rows(0))  # alone: nobody is waited for
    assert futures[0].result(PATIENCE)
    futures = asked(pool, queue, network, rows(1), rows(2), rows(3))
    network.go.release(9)
    assert all(future.result(PATIENCE) for future in futures)
    assert network.passes[-1] == 2
    futures = asked(pool, queue, network, *(rows(number) for number in range(3)), first=False)
    futures.append(pool.submit(queue, rows(3)))
    assert all(future.result(PATIENCE / 2) for future in futures)  # four are enough, patience or not
    assert network.passes[-1] == 4


def test_a_face_is_the_same_in_any_company(tiny_model, pool):
    drawing = generator.load(tiny_model)
    wishes = [FaceSettings("tiny", "1", seed) for seed in range(40)]
    alone = [drawing.face(wish) for wish in wishes]
    together = list(pool.map(drawing.face, wishes))
    assert all((one == other).all() for one, other in zip(alone, together, strict=True))
    assert (drawing.generate(np.stack([drawing.z_for(wish) for wish in wishes])) == alone).all()
    assert serving.generator("tiny").queue.largest == 16
