#!/usr/bin/env python3
"""A whole fleet comes back at once, and the server is replaced under its tunnels. Needs root and the PyPI package cryptography.

usage: Tests/Benchmarks/storm.py [BINARY] [DEVICES] [ROUNDS]     (default .build/watchman 1000 3)

In turns, all devices' ssh go for an sshd with a static key file and for watchman's gateway, which has the same settings besides; both
at once would tell nothing. Then a server with another program takes the place of the one that runs, three times.
"""
import json
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fleet import public_line  # noqa: E402
from load import enrol  # noqa: E402
from rig import Server, answers, free_port, wait_for  # noqa: E402

LIMIT = 300


def listening():
    """The listening socket of each port on loopback."""
    rows = (line.split() for line in open("/proc/net/tcp").readlines()[1:])
    return {int(row[1][9:], 16): row[9] for row in rows if row[3] == "0A" and row[1].startswith("0100007F")}


class Device:
    """A tunnel's ssh, which tries again as a person's loop would: after 1 to 5 seconds."""

    def __init__(self, folder, enrolled):
        self.port = enrolled.enrolment["port"]
        self.key = folder / enrolled.name
        self.key.touch(0o600)
        self.key.write_bytes(enrolled.private_text())
        self.line = f'restrict,port-forwarding,permitlisten="127.0.0.1:{self.port}" {public_line(enrolled.key)}'
        self.process, self.due, self.attempts = None, 0, 0

    def begin(self, gateway):
        self.command = [
            "ssh", "-F", "none", "-N", "-T", "-i", str(self.key), "-R", f"127.0.0.1:{self.port}:127.0.0.1:9",
            *(word for option in (
                "BatchMode=yes", "IdentitiesOnly=yes", "ExitOnForwardFailure=yes", "StrictHostKeyChecking=no", "LogLevel=QUIET",
                "UserKnownHostsFile=/dev/null", "KexAlgorithms=curve25519-sha256", "ServerAliveInterval=5",
                "ConnectTimeout=30") for word in ("-o", option)),
            "-p", str(gateway), "nobody@127.0.0.1"]
        self.attempts = 0
        self.start()

    def start(self):
        self.attempts += 1
        self.due = 0
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(self.command, **quiet)

    def look(self):
        if self.process.poll() is None:
            return
        if not self.due:
            self.due = time.monotonic() + random.uniform(1, 5)
        elif time.monotonic() >= self.due:
            self.start()

    def end(self):
        if self.process:
            self.process.kill()
            self.process.wait()


def storm(devices, gateway):
    """Seconds until all tunnels are up, and the attempts that took."""
    ports = {device.port for device in devices}
    begin = time.monotonic()
    for device in devices:
        device.begin(gateway)
    while not ports <= listening().keys():
        if time.monotonic() - begin > LIMIT:
            raise RuntimeError(f"{len(ports - listening().keys())} of {len(ports)} tunnels are not up after {LIMIT} s")
        for device in devices:
            device.look()
        time.sleep(0.05)
    return time.monotonic() - begin, sum(device.attempts for device in devices)


def calm(devices):
    for device in devices:
        device.end()
    ports = {device.port for device in devices}
    wait_for("the ports to be free", lambda: not ports & listening().keys(), 60)


def start_raw(server, devices):
    """An sshd with the gateway's settings that reads its keys from a file."""
    port, keys, file = free_port(), server.folder / "static_keys", server.folder / "raw_config"
    keys.write_text("".join(f"{device.line}\n" for device in devices))
    keys.chmod(0o644)
    text = (server.folder / "gateway/sshd_config").read_text()
    text = re.sub(r"(?m)^(Authorized\w+|Port|PidFile|TrustedUserCAKeys) .*\n", "", text)
    file.write_text(f"Port {port}\nPidFile none\nAuthorizedKeysFile {keys}\nStrictModes no\n{text}")
    server.start("/usr/sbin/sshd", "-D", "-f", file, "-E", server.folder / "raw.log")
    wait_for("the raw sshd", lambda: answers(port))
    return port


def online(server):
    """How many devices the server says have a tunnel. None has an sshd, so they are degraded."""
    rows = json.loads(server.run("devices", "--format", "json"))
    return sum(row["state"] in ("online", "degraded") for row in rows.get("devices", rows) if isinstance(row, dict))


def upgrade(server, devices, number):
    """Replaces the program and starts the server anew: the tunnels that broke, and the seconds until it was right about all."""
    before = listening()
    fresh = server.folder / "fresh"
    shutil.copy(server.binary, fresh)
    with open(fresh, "ab") as file:
        file.write(b"%d" % number)
    os.rename(fresh, server.binary)
    server.stop_server()
    time.sleep(2)
    began = time.monotonic()
    server.start_server()
    wait_for("the server to be right", lambda: online(server) == len(devices), 60)
    seconds = time.monotonic() - began
    after = listening()
    broken = sum(device.process.poll() is not None or before[device.port] != after.get(device.port) for device in devices)
    return broken, seconds


def main(binary, count, rounds):
    with Server(binary) as server:
        devices = [Device(server.folder, enrolled) for enrolled in enrol(server, count)]
        try:
            raw = start_raw(server, devices)
            times = {"raw sshd": [], "watchman": []}
            for turn in range(rounds):
                for name, port in (("raw sshd", raw), ("watchman", server.gateway)):
                    seconds, attempts = storm(devices, port)
                    times[name].append(seconds)
                    print(f"  {name:10} {seconds:6.1f} s, {attempts} attempts", flush=True)
                    if (turn, name) != (rounds - 1, "watchman"):
                        calm(devices)
            medians = {name: statistics.median(values) for name, values in times.items()}
            print(f"{count} devices up: raw sshd {medians['raw sshd']:.1f} s, watchman {medians['watchman']:.1f} s, "
                  f"{medians['watchman'] / medians['raw sshd']:.2f}", flush=True)
            for number in range(3):
                broken, seconds = upgrade(server, devices, number)
                print(f"upgrade under {count} tunnels: {broken} broke, right about all after {seconds:.2f} s", flush=True)
        finally:
            for device in devices:
                device.end()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(arguments[0] if arguments else ".build/watchman", int(arguments[1]) if len(arguments) > 1 else 1000,
         int(arguments[2]) if len(arguments) > 2 else 3)
