#!/usr/bin/env python3
"""Kills a server again and again while it is written to, and counts what it acknowledged and lost.

usage: Tests/Benchmarks/kills.py [BINARY] [KILLS]        (default .build/watchman 200). Needs root and PyPI's cryptography.
"""
import http.client
import json
import os
import pathlib
import random
import signal
import sqlite3
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fleet import Device, connection  # noqa: E402
from load import PATH, Signer, enrol  # noqa: E402
from rig import Server  # noqa: E402

BROKEN = (OSError, http.client.HTTPException)


class Writer(threading.Thread):
    """Checks in, tags, and enrols for as long as it may; its ledger holds what was acknowledged and nothing else."""

    def __init__(self, server, devices, key, token):
        super().__init__(daemon=True)
        self.server, self.devices, self.key, self.token = server, [Signer(device) for device in devices], key, token
        self.sequence = dict.fromkeys((device.device for device in self.devices), 0)
        self.sent = dict(self.sequence)
        self.tags, self.enrolled, self.acknowledged = [], [], 0
        self.stopped, self.http, self.failure = threading.Event(), None, None

    def run(self):
        turn = 0
        while not self.stopped.is_set():
            try:
                self.http = self.http or connection(self.server.api)
                for work in (self.check_in, self.check_in, self.check_in, self.tag if turn % 4 else self.enrol):
                    work(turn)
                    turn += 1
            except BROKEN:
                self.http = None
                time.sleep(0.002)
            except Exception as error:  # noqa: BLE001
                self.failure = error
                return

    def call(self, method, path, body, headers):
        self.http.request(method, path, body, {"Content-Type": "application/json", **headers})
        answer = self.http.getresponse()
        return answer.status, json.loads(answer.read())

    def check_in(self, turn):
        signer = self.devices[turn % len(self.devices)]
        self.sent[signer.device] += 1
        number = self.sent[signer.device]
        head, body = signer.request(number).split(b"\r\n\r\n", 1)
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if line.startswith("Watchman"))
        status, _ = self.call("POST", PATH, body, fields)
        if status == 200:
            self.sequence[signer.device] = number
            self.acknowledged += 1

    def tag(self, turn):
        device, tag = self.devices[turn % len(self.devices)].device, f"t{turn}"
        status, _ = self.call("PATCH", f"/api/v1/devices/{device}", json.dumps({"addTags": [tag]}),
                              {"Authorization": f"Bearer {self.key}"})
        if status == 200:
            self.tags.append((device, tag))
            self.acknowledged += 1

    def enrol(self, _):
        device = Device(f"kill-{os.urandom(6).hex()}")
        answer = device.register(self.http, self.token)
        self.enrolled.append((answer["deviceID"], answer["port"]))
        self.acknowledged += 1


def lost(database, writers):
    """What the writers were promised and the database does not have, and what is wrong with it."""
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    wrong = [row[0] for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
    wrong += [f"foreign key: {row}" for row in db.execute("PRAGMA foreign_key_check")]
    wrong += [f"port used twice: {row}" for row in db.execute(
        "SELECT gatewayID, port FROM portLease WHERE deviceID IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1")]
    sequences, ports = dict(db.execute("SELECT id, sequence FROM device")), dict(db.execute("SELECT deviceID, port FROM portLease"))
    tags = set(db.execute("SELECT deviceID, tag FROM deviceTag"))
    for writer in writers:
        wrong += [f"{device}: number {number} is lost" for device, number in writer.sequence.items() if sequences.get(device, -1) < number]
        wrong += [f"{device}: tag {tag} is lost" for device, tag in writer.tags if (device, tag) not in tags]
        wrong += [f"{device}: port {port} is lost" for device, port in writer.enrolled if ports.get(device) != port]
    db.close()
    return wrong


def replayed(server, writers):
    """Check-ins that were acknowledged and are taken a second time."""
    http_connection, count = connection(server.api), 0
    for writer in writers:
        for signer in writer.devices:
            number = writer.sequence[signer.device]
            if not number:
                continue
            head, body = signer.request(number).split(b"\r\n\r\n", 1)
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line)
            http_connection.request("POST", PATH, body, fields)
            answer = http_connection.getresponse()
            answer.read()
            count += answer.status == 200
    return count


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else ".build/watchman"
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    randomness = random.Random(1)
    with Server(binary) as server:
        devices = enrol(server, 32)
        key = server.run("admin", "keys", "create", "bench", "--role", "operator").strip()
        token = server.run("admin", "tokens", "create", "--uses", "100000").strip()
        writers = [Writer(server, devices[part::4], key, token) for part in range(4)]
        for writer in writers:
            writer.start()
        ready = []
        for _ in range(kills):
            time.sleep(randomness.uniform(0.05, 0.4))
            server.server.send_signal(signal.SIGKILL)
            server.server.wait()
            server.processes.remove(server.server)
            ready.append(server.start_server())
        for writer in writers:
            writer.stopped.set()
        for writer in writers:
            writer.join()
        again = replayed(server, writers)
        server.stop_server()
        wrong = lost(server.database, writers)
        acknowledged = sum(writer.acknowledged for writer in writers)
        ready.sort()
        print(f"{kills} kills, {acknowledged} writes acknowledged "
              f"({sum(len(writer.enrolled) for writer in writers)} enrolments, {sum(len(writer.tags) for writer in writers)} tags)")
        print(f"lost or wrong: {len(wrong)}; replays taken: {again}; writers that failed: "
              f"{[str(writer.failure) for writer in writers if writer.failure]}")
        print(f"ready again: p50 {statistics.median(ready):.2f} s, p99 {ready[int(0.99 * (len(ready) - 1))]:.2f} s, "
              f"at most {ready[-1]:.2f} s")
        print("\n".join(wrong[:20]))
        sys.exit(bool(wrong or again or any(writer.failure for writer in writers)))


if __name__ == "__main__":
    main()
