"""Faces over HTTP: requests that wait together drawn together, against one by one; sixteen clients, and a single one."""

import json
import socket
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from bench.server import serving, wait_for

MODEL, ROUNDS, REQUESTS = "dcgan-celeba64", 5, {1: 150, 16: 480}  # requests a round, by clients
TOGETHER, ALONE = "together", "one by one"


def main() -> None:
    with ExitStack() as stack:
        servers = {}
        for name, application in ((TOGETHER, "api:app"), (ALONE, "bench.one_by_one:app")):
            address, _process = stack.enter_context(
                serving(("uvicorn", application, "--log-level", "warning", "--port"))
            )
            wait_for(f"{address}/api/v1/health")
            for model in (MODEL, "yolo-fastest-masks"):  # both are loaded at the start, and would be beside the figures
                wait_for(f"{address}/api/v1/models/{model}/ready")
            servers[name] = address.removeprefix("http://")
        for clients, requests in REQUESTS.items():
            rates = {name: [] for name in servers}
            for _ in range(ROUNDS):
                for name, server in servers.items():
                    rates[name].append(requests / _seconds(server, clients, requests))
            print(
                f"\n  {clients} client{'s' * (clients > 1)}, PNGs of 64 px, requests a second, {ROUNDS} rounds in turn"
            )
            medians = {name: statistics.median(some) for name, some in rates.items()}
            for name, some in rates.items():
                print(
                    f"    {name:12} {medians[name]:6.1f}   from {min(some):.1f} to {max(some):.1f}  {[round(one) for one in some]}"
                )
            print(f"    {TOGETHER} : {ALONE} {medians[TOGETHER] / medians[ALONE]:.2f}", flush=True)


def _seconds(server: str, clients: int, requests: int) -> float:
    with ThreadPoolExecutor(clients) as pool:
        began = time.perf_counter()
        list(pool.map(lambda client: _ask(server, range(client, requests, clients)), range(clients)))
        return time.perf_counter() - began


def _ask(server: str, seeds) -> None:
    """One connection, kept; by hand, as a client that thinks much takes the server's cores away."""
    host, port = server.split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for seed in seeds:
            body = json.dumps({"model": MODEL, "seed": seed})
            head = f"POST /api/v1/generate HTTP/1.1\r\nHost: {server}\r\nContent-Type: application/json\r\n"
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += connection.recv(65536)
            head, _, rest = answer.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            left = int(head.lower().partition(b"content-length:")[2].split()[0]) - len(rest)
            while left > 0:
                left -= len(connection.recv(65536))
