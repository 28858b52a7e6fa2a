#!/usr/bin/env python3
"""What a tunnel that nobody uses costs on the wire, for each profile.

    idle.py BINARY [SECONDS]

A server, and one device for each profile in a network namespace of its own. Counted are IP packets on its link, either way; a day is
extrapolated from SECONDS (default 3600: two check-ins of the most sparing profiles).
"""
import argparse
import contextlib
import json
import os
import subprocess
import time

from fleet import Device, connection
from rig import Server, answers, wait_for

PROFILES = ["wired", "wifi", "lte", "satellite"]
HOST = "10.98.0.1"


def ip(*words):
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


class Edge:
    """A device behind a link of its own."""

    def __init__(self, server, number, profile):
        self.server, self.number, self.profile = server, number, profile
        self.space = f"wm-idle-{os.getpid()}-{number}"
        self.home = server.folder / profile
        self.home.mkdir(mode=0o700)

    def begin(self):
        near, gateway = f"wmi{self.number}", f"10.98.{self.number}.1"
        ip("netns", "add", self.space)
        ip("link", "add", near, "type", "veth", "peer", "name", "eth0", "netns", self.space)
        ip("addr", "add", f"{gateway}/24", "dev", near)
        ip("link", "set", near, "up")
        ip("-n", self.space, "addr", "add", f"10.98.{self.number}.2/24", "dev", "eth0")
        for name in ("lo", "eth0"):
            ip("-n", self.space, "link", "set", name, "up")
        ip("-n", self.space, "route", "add", "default", "via", gateway)
        self.start_sshd()
        self.start_agent()
        wait_for("the tunnel", lambda: answers(self.port))

    def inside(self, *command):
        return self.server.start("nsenter", f"--net=/run/netns/{self.space}", *command)

    def start_sshd(self):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.home / "host"], check=True)
        (self.home / "sshd_config").write_text(
            f"Port 2022\nListenAddress 127.0.0.1\nHostKey {self.home}/host\nPidFile none\nUsePAM no\n")
        self.inside("/usr/sbin/sshd", "-D", "-f", self.home / "sshd_config")

    def start_agent(self):
        """The real agent, in the folder that `register` would have written."""
        api = connection(self.server.api)
        device = Device(self.profile)
        enrolment = device.register(api, self.server.run("admin", "tokens", "create").strip())
        self.port = enrolment["port"]
        key = self.home / "id_ed25519"
        key.touch(0o600)
        key.write_bytes(device.private_text())
        api.request("GET", "/api/v1/identity")
        (self.home / "known_hosts").write_text(f"@cert-authority gateway.watchman {enrolment['hostAuthority']}\n")
        (self.home / "agent.json").write_text(json.dumps({
            "server": f"https://{HOST}:{self.server.api}", "pin": "", "enrolment": enrolment, "keyFile": str(key),
            "authority": json.loads(api.getresponse().read())["certificateAuthority"], "sshdPort": 2022,
            "hostKeyFiles": [], "profile": self.profile}))
        self.inside(self.server.binary, "agent", "--folder", self.home)

    def bytes(self):
        counters = json.loads(ip("-n", self.space, "-s", "-j", "link", "show", "eth0"))[0]["stats64"]
        return sum(counters[way]["bytes"] - 14 * counters[way]["packets"] for way in ("rx", "tx"))

    def end(self):
        with contextlib.suppress(subprocess.CalledProcessError):
            ip("netns", "delete", self.space)


def measure(edges, seconds):
    for edge in edges:
        edge.begin()
    # The agents ask every two seconds until they know of their tunnels.
    time.sleep(20)
    before, begin = [edge.bytes() for edge in edges], time.monotonic()
    time.sleep(seconds)
    days = (time.monotonic() - begin) / 86400
    for edge, start in zip(edges, before):
        print(f"{edge.profile:10} {(edge.bytes() - start) / days / 1e6:6.2f} MB a day", flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("binary")
    arguments.add_argument("seconds", nargs="?", type=float, default=3600)
    options = arguments.parse_args()
    with Server(options.binary, host=HOST, address="0.0.0.0") as server:
        ip("addr", "add", f"{HOST}/32", "dev", "lo")
        edges = [Edge(server, number, profile) for number, profile in enumerate(PROFILES, 1)]
        try:
            measure(edges, options.seconds)
        finally:
            for edge in edges:
                edge.end()


if __name__ == "__main__":
    if os.environ.get("WATCHMAN_NAMESPACE") is None:
        # A network of our own: nothing of it is left, and nobody else's is touched.
        os.environ["WATCHMAN_NAMESPACE"] = "own"
        os.execvp("unshare", ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec python3 "$0" "$@"', *os.sys.argv])
    main()
