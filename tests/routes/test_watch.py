"""What a host sees of the traffic, and what it never holds."""

import asyncio
import json

import httpx
import pytest

from tests.asking import Client


@pytest.fixture
def client(tiny_model):
    return Client()


def count(client, line) -> float:
    text = client.get("http://visage/metrics").text
    return next((float(one.rpartition(" ")[2]) for one in text.splitlines() if one.startswith(line)), 0.0)


def test_metrics_count_requests_by_their_routes(client):
    line = 'visage_requests_total{method="GET",route="/api/v1/frame",status="200"}'
    before = count(client, line)
    for seed in (1, 2, 3):
        assert client.get(f"/v1/frame?model=tiny&seed={seed}").status_code == 200
    assert count(client, line) == before + 3
    assert count(client, "visage_models_loaded") >= 1 and count(client, "process_resident_memory_bytes") > 2**20
    assert client.get("http://visage/metrics").headers["content-type"].startswith("text/plain")


def test_what_people_ask_for_is_in_no_metric(client):
    client.get("/v1/models/somebody/ready")
    client.get("/v1/nothing-of-that-name")
    client.get("/v1/frame?model=tiny&seed=424242")
    text = client.get("http://visage/metrics").text
    assert "somebody" not in text and "nothing-of-that-name" not in text and "424242" not in text


def test_a_line_a_request_where_it_is_wanted(client, monkeypatch, capsys):
    monkeypatch.setenv("VISAGE_LOG", "json")
    from api import app
    from routes.watch import Watched

    async def ask():
        transport = httpx.ASGITransport(app=Watched(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://visage") as asker:
            await asker.get("/api/v1/frame?model=tiny&seed=424242")
            await asker.post("/api/v1/generate", json={"model": "nobody"})

    asyncio.run(ask())
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    assert [(one["method"], one["route"], one["status"]) for one in lines] == [
        ("GET", "/api/v1/frame", 200),
        ("POST", "/api/v1/generate", 404),
    ]
    assert all(one["seconds"] > 0 for one in lines) and "424242" not in str(lines)
