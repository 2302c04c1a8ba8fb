"""The OpenAPI document against the server that it describes: every check of schemathesis, and every example."""

import json
import subprocess
import sys
import urllib.request

import pytest

from tests.browser.server import ALONE, serve
from tests.tree import ROOT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def alone(tiny_model, visage_home):
    """A server of the routes alone, so that a flood does not meet other tests' pages."""
    with serve(visage_home, ALONE) as (address, _process):
        urllib.request.urlopen(f"{address}/api/v1/models/tiny/ready", timeout=120).read()
        yield address


def test_no_check_of_schemathesis_fails(alone, tmp_path):
    config = ["--config-file", str(ROOT / "tests" / "schemathesis.toml")]
    options = ["--max-examples", "5", "--seed", "1", "--request-timeout", "60", "--no-color"]
    command = [sys.executable, "-m", "schemathesis.cli", *config, "run", f"{alone}/openapi.json", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-6000:]
    assert "Tested: " in done.stdout


def test_every_example_runs(alone):
    document = json.loads(urllib.request.urlopen(f"{alone}/openapi.json").read())
    ran = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            schema = document["components"]["schemas"][schema["$ref"].split("/")[-1]] if "$ref" in schema else schema
            for example in schema.get("examples", []):
                request = urllib.request.Request(alone + path, json.dumps(example).encode(), method=method.upper())
                request.add_header("Content-Type", "application/json")
                with urllib.request.urlopen(request, timeout=120) as reply:
                    assert reply.status == 200 and reply.read(), (path, example)
                ran += 1
    assert ran >= 4
