#!/usr/bin/env python3
"""Measures how long a right that was taken away still holds: from the request to the end of the connection, on loopback.
Needs root and the PyPI package cryptography.

usage: Tests/Benchmarks/revoke.py [BINARY] [TUNNELS]     (default .build/watchman, 0)

TUNNELS connections of other devices stand by, since the process to end is found among them. Prints medians; asserts nothing.
"""
import http.client
import json
import pathlib
import socket
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fleet import Device, connection  # noqa: E402
from rig import Server, wait_for  # noqa: E402

ROUNDS = 20
QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Local(http.client.HTTPConnection):
    """The server's Unix socket."""

    def __init__(self, path):
        super().__init__("localhost")
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def call(api, method, path, body=None, headers=None):
    content = None if body is None else json.dumps(body)
    api.request(method, path, content, {"Content-Type": "application/json", **(headers or {})})
    answer = api.getresponse()
    data = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{method} {path}: {answer.status} {data.decode()}")
    return json.loads(data)


def ssh(server, user, key, *arguments):
    options = ["BatchMode=yes", "IdentitiesOnly=yes", "IdentityAgent=none", "StrictHostKeyChecking=no", "ControlPath=none",
               "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "ExitOnForwardFailure=yes", "KexAlgorithms=curve25519-sha256"]
    return ["ssh", "-F", "none", "-i", str(key), "-p", str(server.gateway), "-l", user,
            *[word for option in options for word in ("-o", option)], *arguments, "--", "127.0.0.1"]


def enrol(server, name):
    """A device whose key stands in a file, and its enrolment."""
    device = Device(name)
    enrolment = device.register(connection(server.api), server.run("admin", "tokens", "create").strip())
    key = server.folder / f"key-{name}"
    key.touch(0o600)
    key.write_bytes(device.private_text())
    return key, enrolment


def hold(server, key, enrolment):
    """The tunnel of a device."""
    port = enrolment["port"]
    process = server.start(*ssh(server, "nobody", key, "-N", "-R", f"127.0.0.1:{port}:127.0.0.1:9"))
    wait_for("the tunnel", lambda: process.poll() is not None or listens(port))
    return process


def listens(port):
    mark = f"0100007F:{port:04X} 00000000:0000 0A"
    return mark in pathlib.Path("/proc/net/tcp").read_text()


def enter(server, api, device, name):
    """An admin with a new API key who is in the gateway."""
    new = call(api, "POST", "/api/v1/keys", {"name": name, "role": "operator"})
    key = server.folder / f"admin-{name}"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    line = " ".join(key.with_suffix(".pub").read_text().split()[:2])
    grant = call(connection(server.api), "POST", f"/api/v1/devices/{device}/connect", {"publicKey": line, "user": "root"},
                 {"Authorization": f"Bearer {new['key']}"})
    pathlib.Path(f"{key}-cert.pub").write_text(grant["gatewayCertificate"] + "\n")
    process = server.start(*ssh(server, "daemon", key, "-N"))
    actor = f"key:{new['summary']['id']}"
    wait_for("the connection", lambda: any(
        row["actor"] == actor for row in call(api, "GET", "/api/v1/connections")["connections"]))
    return new["summary"]["id"], process


def cut(process, body):
    """Milliseconds from the beginning of `body` to the end of the connection."""
    begin = time.monotonic()
    body()
    process.wait(10)
    return 1000 * (time.monotonic() - begin)


def show(title, samples):
    samples.sort()
    print(f"{title:32} median {statistics.median(samples):7.1f} ms   most {samples[-1]:7.1f} ms   of {len(samples)}")


def main():
    binary = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".build/watchman").resolve()
    tunnels = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with Server(binary) as server:
        api = Local(server.socket)
        for number in range(tunnels):
            hold(server, *enrol(server, f"other-{number}"))
        print(f"{tunnels} tunnels stand by")
        target = enrol(server, "edge-0")[1]["deviceID"]
        samples = []
        for number in range(ROUNDS):
            key, process = enter(server, api, target, f"one-{number}")
            samples.append(cut(process, lambda: call(api, "DELETE", f"/api/v1/keys/{key}")))
        show("admin keys revoke", samples)
        samples = []
        for number in range(ROUNDS):
            _, process = enter(server, api, target, f"two-{number}")
            row = call(api, "GET", "/api/v1/connections")["connections"][-1]
            samples.append(cut(process, lambda: call(api, "DELETE", f"/api/v1/connections/{row['id']}")))
        show("admin connections end", samples)
        tunnel, session = [], []
        for number in range(ROUNDS):
            name = f"gone-{number}"
            key, enrolment = enrol(server, name)
            process = hold(server, key, enrolment)
            _, admin = enter(server, api, name, name)
            begin = time.monotonic()
            call(api, "DELETE", f"/api/v1/devices/{name}")
            process.wait(10)
            tunnel.append(1000 * (time.monotonic() - begin))
            admin.wait(10)
            session.append(1000 * (time.monotonic() - begin))
        show("devices remove: the tunnel", tunnel)
        show("devices remove: an admin", session)


if __name__ == "__main__":
    main()
