#!/usr/bin/env python3
"""Measures the dashboard's pages at 1,000 and 100,000 devices. Needs root and the PyPI package cryptography; with playwright and
Debian's chromium it also tells the first paint.

usage: Tests/Benchmarks/pages.py [BINARY]        (default .build/watchman)

Times are those of a Python client over one kept TLS connection on the same cores.
"""
import pathlib
import statistics
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fleet import connection  # noqa: E402
from rig import Server  # noqa: E402
from seed import insert  # noqa: E402

PASSWORD = "correct horse battery"
ROUNDS = 300
PAINT = "performance.getEntriesByName('first-contentful-paint').map((entry) => entry.startTime)"


class Browser:
    """Someone who is signed in."""

    def __init__(self, server):
        self.url = f"https://127.0.0.1:{server.api}"
        self.http = connection(server.api)
        link = urllib.parse.urlsplit(server.run("admin", "users", "add", f"bench{time.time_ns()}"[:20]).strip())
        form = urllib.parse.urlencode({"password": PASSWORD, "again": PASSWORD})
        self.http.request("POST", link.path, form, {
            "Content-Type": "application/x-www-form-urlencoded", "Origin": self.url, "Accept": "text/html"})
        answer = self.http.getresponse()
        answer.read()
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]

    def get(self, path):
        self.http.request("GET", path, headers={"Cookie": self.cookie, "Accept": "text/html"})
        answer = self.http.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return body

    def measure(self, title, path):
        size, samples = len(self.get(path)), []
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            self.get(path)
            samples.append(1000 * (time.perf_counter() - begin))
        samples.sort()
        print(f"  {title:24} p50 {statistics.median(samples):6.2f} ms  p99 {samples[int(0.99 * (len(samples) - 1))]:6.2f} ms  "
              f"{size:7} bytes")

    def paint(self, paths):
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            return
        name, value = self.cookie.split("=", 1)
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            context = chromium.new_context(ignore_https_errors=True)
            context.add_cookies([{"name": name, "value": value, "url": self.url, "secure": True}])
            page = context.new_page()
            for path in paths:
                samples = []
                for _ in range(10):
                    page.goto(self.url + path)
                    # Not wait_for_function: the pages' policy allows no eval.
                    while not (entries := page.evaluate(PAINT)):
                        time.sleep(0.01)
                    samples.append(entries[0])
                print(f"  first paint of {path.split('/')[1] or 'fleet':10} {statistics.median(samples):6.0f} ms")
            chromium.close()


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else ".build/watchman"
    with Server(binary) as server:
        present = 0
        for count in (1000, 100_000):
            server.stop_server()
            insert(server.database, count - present)
            present = count
            server.start_server()
            print(f"{count} devices")
            browser = Browser(server)
            device = server.run("devices", "--quiet", "--search", "seed-000007").split()[0]
            browser.measure("fleet", "/")
            browser.measure("devices", "/devices")
            browser.measure("devices, offline", "/devices?state=offline")
            browser.measure("device", f"/devices/{device}")
            browser.paint(["/", "/devices", f"/devices/{device}"])


if __name__ == "__main__":
    main()
