#!/usr/bin/env python3
"""Measures how many check-ins a server takes. Needs root, wrk and the PyPI package cryptography.

usage: Tests/Benchmarks/checkins.py [BINARY] [DEVICES] [SECONDS]        (default .build/watchman 2000 20)

The load runs on the same cores, so its share of them is told. A dashboard is open all the while.
"""
import contextlib
import http.client
import json
import os
import pathlib
import sys
import threading
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fleet import connection  # noqa: E402
from load import blast, enrol, figures, write_requests  # noqa: E402
from rig import Server  # noqa: E402


class Dashboard(threading.Thread):
    """A browser that is signed in and listens to what changes."""

    def __init__(self, server):
        super().__init__(daemon=True)
        link = json.loads(server.run("admin", "users", "add", "bench", "--role", "viewer", "--format", "json"))
        self.http, self.lines = connection(server.api), 0
        password = os.urandom(12).hex()
        self.http.request("POST", link["path"], urllib.parse.urlencode({"password": password, "again": password}), {
            "Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://127.0.0.1:{server.api}"})
        answer = self.http.getresponse()
        answer.read()
        self.http.request("GET", "/events", headers={"Cookie": answer.headers["Set-Cookie"].split(";")[0]})
        self.answer = self.http.getresponse()
        if self.answer.status != 200:
            raise RuntimeError(f"the dashboard answers {self.answer.status}")

    def run(self):
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            for _ in self.answer:
                self.lines += 1


def report(text, cpu):
    found = figures(text)
    print(f"{found['requests']} check-ins: {found['rate']:.0f}/s, p50 {found['p50']:.1f} ms, p90 {found['p90']:.1f} ms, "
          f"p99 {found['p99']:.1f} ms; {found['refused']} refused {found['broken']}")
    each = 1e6 / found["requests"]
    print(f"CPU: server {cpu['server'] * each:.0f} us and load {cpu['wrk'] * each:.0f} us a check-in; machine "
          f"{100 * cpu['busy'] / cpu['all']:.0f} % busy, of that the server {100 * cpu['server'] / cpu['busy']:.0f} %, "
          f"the load {100 * cpu['wrk'] / cpu['busy']:.0f} %")


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else ".build/watchman"
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    with Server(binary) as server:
        devices = enrol(server, count)
        print(f"{count} devices enrolled")
        path = server.folder / "requests"
        write_requests(path, devices, max(1, 14_000 * seconds // count))
        dashboard = Dashboard(server)
        dashboard.start()
        report(*blast(server, path, seconds))
        print(f"the dashboard was {'still' if dashboard.is_alive() else 'no longer'} connected, {dashboard.lines} lines")


if __name__ == "__main__":
    main()
