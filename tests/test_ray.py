"""Ray Serve with two replicas: the same faces, and a replica that is killed costs nobody an answer."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import urllib3

from models import serving
from models.settings import FaceSettings
from tests.tree import ROOT
from utils import pictures

pytest.importorskip("ray.serve", reason="Ray is an extra (requirements-ray.txt)")
pytestmark = pytest.mark.slow
ADDRESS, PATIENCE = "http://localhost:8000", 120
RETRIES = urllib3.Retry(total=40, backoff_factor=0.2, backoff_max=2, allowed_methods=None, status_forcelist=[500, 503])


@pytest.fixture
def served(visage_home, tiny_model):
    serve = Path(sys.executable).with_name("serve")
    command = [serve, "run", "deploy.ray_serve:app", "least=2", "most=2", "cpus=1"]
    environment = os.environ | {"RAY_USAGE_STATS_ENABLED": "0", "VISAGE_HOME": str(visage_home)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def replicas():
    """Their processes, which Ray names after what they hold."""
    named = [process for process in psutil.process_iter() if "ServeReplica" in " ".join(_command(process))]
    return {process.pid for process in named}


def _command(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.timeout(400)
def test_two_replicas_answer_as_one_server_does(served):
    pool = urllib3.PoolManager(retries=RETRIES, timeout=60)
    end = time.monotonic() + PATIENCE
    while True:
        try:
            if urllib3.request("GET", f"{ADDRESS}/api/v1/health", retries=False, timeout=5).status == 200:
                break
        except urllib3.exceptions.HTTPError:
            pass
        assert served.poll() is None and time.monotonic() < end
        time.sleep(0.5)
    face = serving.generator("tiny").face
    before = replicas()
    assert len(before) == 2
    for seed in range(60):
        if seed == 20:
            os.kill(min(before), signal.SIGKILL)
        reply = pool.request("POST", f"{ADDRESS}/api/v1/generate", json={"model": "tiny", "seed": seed})
        assert reply.status == 200, reply.data[:200]
        np.testing.assert_array_equal(pictures.decode(reply.data), face(FaceSettings("tiny", seed=seed)))
    end = time.monotonic() + PATIENCE
    while len(after := replicas()) < 2:
        assert time.monotonic() < end
        time.sleep(0.5)
    assert min(before) not in after and max(before) in after
    assert pool.request("POST", f"{ADDRESS}/api/v1/generate", json={"model": "tiny", "seed": "x"}).status == 422
