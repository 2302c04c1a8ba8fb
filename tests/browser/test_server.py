"""The real server, asked without a browser."""

import http.client
import time
import urllib.request
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser


def test_an_answer_does_not_wait_for_an_acknowledgement(server):
    connection = http.client.HTTPConnection(urlsplit(server).netloc)
    times = []
    for _ in range(10):
        start = time.perf_counter()
        connection.request("GET", "/api/v1/health")
        connection.getresponse().read()
        times.append(time.perf_counter() - start)
    connection.close()
    # 40 ms is the delayed acknowledgement; the quickest of ten hides any other load
    assert min(times[1:]) < 0.030, f"guard 4 is lost: {min(times[1:]) * 1000:.0f} ms"


@pytest.mark.parametrize("path", ["/", "/faces", "/morph", "/about"])
def test_every_screen_starts_as_visage(server, path):
    html = urllib.request.urlopen(server + path).read().decode()
    assert "<title>Visage</title>" in html and "BACKEND_BASE_URL" in html
