#!/usr/bin/env python3
"""Measures the device list and a device at 1,000 and 100,000 devices. Needs root and the PyPI package cryptography.

usage: Tests/Benchmarks/lists.py [BINARY]        (default .build/watchman)

Times are those of a Python client over one kept TLS connection on the same cores.
"""
import json
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fleet import connection  # noqa: E402
from rig import Server  # noqa: E402
from seed import insert  # noqa: E402

LISTS = {
    "first 50 by name": "limit=50",
    "50 by name from the middle": "limit=50&middle=name",
    "50 by id": "limit=50&sort=id",
    "50 by state": "limit=50&sort=state",
    "50 by port": "limit=50&sort=port",
    "50 by last seen": "limit=50&sort=last-seen",
    "50 that are offline": "limit=50&state=offline",
    "50 offline by last seen": "limit=50&state=offline&sort=last-seen",
    "50 with a tag of 1 in 100": "limit=50&tag=site%3D7",
    "50 with a tag of 1 in 2": "limit=50&tag=arm",
    "search with one hit": "limit=50&search=pi-000777",
    "search with many hits": "limit=50&search=site7",
    "search that all fit": "limit=50&search=e",
    "search without a hit": "limit=50&search=no-such-thing",
    "search without a hit by port": "limit=50&search=no-such-thing&sort=port",
    "1000 by name": "limit=1000",
}


class Client:
    def __init__(self, server):
        self.http = connection(server.api)
        self.key = server.run("admin", "keys", "create", "bench", "--role", "viewer").strip()

    def get(self, path):
        self.http.request("GET", path, headers={"Authorization": f"Bearer {self.key}"})
        answer = self.http.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {body}")
        return body

    def measure(self, title, path, rounds):
        size = len(self.get(path))
        samples = []
        for _ in range(rounds):
            begin = time.perf_counter()
            self.get(path)
            samples.append(1000 * (time.perf_counter() - begin))
        samples.sort()
        print(f"  {title:32} p50 {statistics.median(samples):7.2f} ms  p99 {samples[int(0.99 * (len(samples) - 1))]:7.2f} ms  "
              f"{size:8} bytes")

    def middle(self, count):
        """A cursor behind half of the devices."""
        path, seen = "/api/v1/devices?limit=500", 0
        while seen < count // 2:
            page = json.loads(self.get(f"{path}&after={page['next']}" if seen else path))
            seen += len(page["devices"])
        return page["next"]


def measure(server, count):
    client = Client(server)
    print(f"\n{count} devices")
    middle = client.middle(count)
    for title, query in LISTS.items():
        path = "/api/v1/devices?" + query.replace("middle=name", f"after={middle}")
        client.measure(title, path, 200 if "1000" not in query else 40)
    client.measure("one device", "/api/v1/devices/seed-000777", 200)
    begin = time.perf_counter()
    rows = json.loads(server.run("devices", "--format", "json"))["devices"]
    print(f"  watchman devices --format json: {len(rows)} rows in {time.perf_counter() - begin:.2f} s")


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else ".build/watchman"
    with Server(binary) as server:
        total = 0
        for count in (1000, 100_000):
            server.stop_server()
            insert(server.database, count - total)
            total = count
            print(f"\nready after {server.start_server():.2f} s")
            measure(server, count)


if __name__ == "__main__":
    main()
