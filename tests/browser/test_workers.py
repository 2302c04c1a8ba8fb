"""Two workers, killed at random while programs ask: who retries loses nothing."""

import os
import random
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import urllib3

from models import serving
from models.settings import FaceSettings
from tests.browser.server import ALONE, serve
from utils import pictures

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CLIENTS, ASKED, KILLS = 6, 12, 3  # questions of each client before the last kill, and after it
RETRIES = urllib3.Retry(total=30, backoff_factor=0.2, backoff_max=2, allowed_methods=None, status_forcelist=[503])


def workers(supervisor):
    """The processes that answer: those of the supervisor's children that run our code (another tracks resources)."""
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    lines = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    return [child for child, line in lines.items() if b"spawn_main" in line]


@pytest.mark.timeout(600)
def test_workers_are_killed_while_programs_ask(tiny_model, visage_home):
    wrong, answered, over = [], [0] * CLIENTS, threading.Event()

    def client(number, address):
        pool = urllib3.PoolManager(retries=RETRIES, timeout=90)
        after = 0
        while after < ASKED:
            after += over.is_set()
            seed = random.randrange(10**6)
            reply = pool.request("POST", f"{address}/api/v1/generate", json={"model": "tiny", "seed": seed})
            answered[number] += 1
            if reply.status != 200:
                wrong.append((reply.status, reply.data[:200]))
            elif answered[number] % 7 == 0:
                seen.append((seed, reply.data))

    seen = []
    with serve(visage_home, (*ALONE[:2], "--workers", "2", "--timeout-worker-healthcheck", "60", "--port")) as server:
        address, process = server
        clients = [threading.Thread(target=client, args=(number, address)) for number in range(CLIENTS)]
        for one in clients:
            one.start()
        killed = set()
        for _ in range(KILLS):
            before = sum(answered)
            end = time.monotonic() + 120
            while sum(answered) < before + CLIENTS * ASKED or len(workers(process.pid)) < 2:
                assert time.monotonic() < end and not wrong, (answered, wrong)
                time.sleep(0.05)
            victims = workers(process.pid)
            for victim in victims if len(killed) == 1 else [random.choice(victims)]:  # once both
                os.kill(victim, signal.SIGKILL)
                killed.add(victim)
        over.set()
        for one in clients:
            one.join(180)
        assert not wrong and not any(one.is_alive() for one in clients)
        assert len(killed) == KILLS + 1 and not killed & set(workers(process.pid))
    generator = serving.generator("tiny")
    for seed, data in random.sample(seen, 5):
        wanted = generator.face(FaceSettings("tiny", seed=seed))
        np.testing.assert_array_equal(pictures.decode(data), wanted)
