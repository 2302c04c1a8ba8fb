"""Fifty people who move sliders and fifty programs, for locust (`bench.load` starts it).

A person's page is Streamlit's own web socket, as a browser speaks it: each move of a slider fetches a frame and, settled,
runs the page again. A program asks for a face, now and then for the boxes of a photo.
"""

import random
import time
from pathlib import Path

import websocket
from locust import FastHttpUser, between, events, task
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

MODEL = "dcgan-celeba64"
PHOTO = (Path(__file__).resolve().parent.parent / "ui/masks/samples/queue.webp").read_bytes()
PATIENCE = 60  # seconds


class Person(FastHttpUser):
    """Moves a slider about once a second."""

    fixed_count = 50
    wait_time = between(0.5, 1.5)

    def on_start(self) -> None:
        self.client.get("/", name="page")
        address = f"{self.host.replace('http', 'ws', 1)}/_stcore/stream"
        self.page = websocket.create_connection(address, subprotocols=["streamlit"], timeout=PATIENCE)
        self._run(f"model={MODEL}&seed=1", "page opened")

    def on_stop(self) -> None:
        self.page.close()

    @task
    def move(self) -> None:
        query = f"model={MODEL}&seed={random.randrange(1000)}&smile={random.randrange(-20, 21) / 10}"
        self.client.get(f"/api/v1/frame?{query}&size=256", name="frame")
        self._run(query)

    def _run(self, query: str, name: str = "page run") -> None:
        """The page with that address, to the end of its run."""
        asked = BackMsg()
        asked.rerun_script.query_string = query
        began, error = time.perf_counter(), None
        try:
            self.page.send_binary(asked.SerializeToString())
            while ForwardMsg.FromString(self.page.recv()).WhichOneof("type") != "script_finished":
                pass
        except Exception as caught:  # noqa: BLE001  whatever it is, it counts as a failure
            error = caught
        took = 1000 * (time.perf_counter() - began)
        events.request.fire(request_type="WS", name=name, response_time=took, response_length=0, exception=error)


class Program(FastHttpUser):
    """Asks for a face about once a second, for boxes every twentieth time; comes again where it was told 503."""

    fixed_count = 50
    wait_time = between(0.5, 1.5)

    @task(19)
    def generate(self) -> None:
        self._told("/api/v1/generate", "generate", json={"model": MODEL, "seed": random.randrange(2**32)})

    @task(1)
    def detect(self) -> None:
        self._told("/api/v1/detect", "detect", files={"photo": ("queue.webp", PHOTO, "image/webp")})

    def _told(self, path: str, name: str, **how) -> None:
        with self.client.post(path, name=name, catch_response=True, **how) as reply:
            if reply.status_code == 503 and "Retry-After" in reply.headers:
                reply.request_meta["name"] = f"{name}, told 503"
                reply.success()
