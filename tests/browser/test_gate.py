"""A server whose host asks for keys and a rate, and lets another origin in."""

import os
import subprocess
import sys

import pytest
import urllib3

from tests.browser.server import ALONE, serve
from tests.tree import ROOT

pytestmark = pytest.mark.browser
ORIGIN = "https://friends.example"


@pytest.fixture(scope="module")
def asked(tiny_model, visage_home):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VISAGE_API_KEYS", "first-key, second-key")
        patch.setenv("VISAGE_RATE", "3/minute")
        patch.setenv("VISAGE_CORS_ORIGINS", ORIGIN)
        with serve(visage_home, ALONE) as (address, _process):
            pool = urllib3.PoolManager()
            yield lambda method, path, **how: pool.request(method, address + path, **how)


def generate(asked, **headers):
    return asked("POST", "/api/v1/generate", json={"model": "tiny"}, headers=headers)


def test_programs_need_a_key_and_pages_do_not(asked):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "first-key"}, {"X-API-Key": "first"}):
        reply = generate(asked, **headers)
        assert reply.status == 401 and "Bearer KEY" in reply.json()["error"]
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert generate(asked, Authorization="Bearer first-key").status == 200
    assert generate(asked, **{"X-API-Key": "second-key"}).status == 200
    assert asked("POST", "/v2/models/tiny/infer", body=b"{}").status == 401
    begun = asked("POST", "/api/v1/morphs?model=tiny&k1=3&k2=7&format=webp")
    assert begun.status == 202, "the Morph page's own question"
    assert asked("GET", "/api/v1/frame?model=tiny").status == 200 and asked("GET", "/api/v1/models").status == 200


def test_a_caller_is_told_when_it_was_too_often_and_others_go_on(asked):
    statuses = [generate(asked, Authorization="Bearer first-key").status for _ in range(4)]
    assert statuses[-1] == 429
    reply = generate(asked, Authorization="Bearer first-key")
    assert 1 <= int(reply.headers["Retry-After"]) <= 60 and "3 requests in 60 seconds" in reply.json()["error"]
    assert generate(asked, Authorization="Bearer second-key").status == 200


def test_one_visitor_and_all_together_are_bounded_and_the_watch_never(tiny_model, visage_home, monkeypatch):
    monkeypatch.setenv("VISAGE_VISITOR_RATE", "20/minute")
    monkeypatch.setenv("VISAGE_TOTAL_RATE", "30/minute")
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.1")
    with serve(visage_home, ALONE) as (address, _process):

        def asked(visitor, path="/api/v1/frame?model=tiny&seed=1"):
            return pool.request("GET", address + path, headers={"X-Forwarded-For": visitor})

        pool = urllib3.PoolManager(retries=False)
        assert asked("203.0.113.9", "/api/v1/models/tiny/ready").status == 200
        first = [asked("203.0.113.1") for _ in range(22)]
        assert [one.status for one in first[:20]] == [200] * 20
        assert first[-1].status == 429 and "20 requests in 60 seconds for one caller" in first[-1].json()["error"]
        assert asked("203.0.113.2").status == 200, "another visitor, told apart behind a proxy"
        others = [asked(f"203.0.113.{number}") for number in range(3, 20)]
        assert others[-1].status == 429 and "for all callers together" in others[-1].json()["error"]
        for path in ("/api/v1/health", "/v2/health/live", "/metrics"):
            assert asked("203.0.113.1", path).status == 200


def test_a_rate_that_is_none_ends_the_start_with_a_sentence():
    environment = os.environ | {"VISAGE_RATE": "often"}
    done = subprocess.run(
        [sys.executable, "-c", "import api"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1 and "`VISAGE_RATE` must read like 120/minute. Received: often." in done.stderr
    assert "Traceback" not in done.stderr


def test_scripts_of_that_origin_may_call_and_of_others_not(asked):
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    reply = asked("OPTIONS", "/api/v1/generate", headers={"Origin": ORIGIN, **ask})
    assert reply.status == 200 and reply.headers["Access-Control-Allow-Origin"] == ORIGIN
    other = asked("OPTIONS", "/api/v1/generate", headers={"Origin": "https://others.example", **ask})
    assert "Access-Control-Allow-Origin" not in other.headers
    assert (
        "Visage-Weights"
        in asked("GET", "/api/v1/models", headers={"Origin": ORIGIN}).headers["Access-Control-Expose-Headers"]
    )
