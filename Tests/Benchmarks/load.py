"""Signed check-ins, made beforehand, and `wrk` to send them over kept TLS connections."""
import base64
import hashlib
import itertools
import json
import os
import pathlib
import re
import subprocess
import time

from fleet import Device, connection, public_line, ssh_string

PATH = "/api/v1/agent/check-in"
TICKS = os.sysconf("SC_CLK_TCK")

# Sends what stands in the file, one request after the other: the script does nothing that costs.
SCRIPT = """
local file = io.open(os.getenv("REQUESTS"), "rb")
request = function()
    local size = file:read(6)
    if size == nil then wrk.thread:stop() return "GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n" end
    return file:read(tonumber(size))
end
"""


def enrol(server, count):
    """Devices with their keys, enrolled through the API."""
    token = server.run("admin", "tokens", "create", "--uses", str(count)).strip()
    devices = [Device(f"load-{number:05}") for number in range(count)]
    http = connection(server.api)
    for device in devices:
        device.register(http, token)
    return devices


class Signer:
    """What is the same in all signatures of a device is made once."""

    def __init__(self, device):
        self.device, self.key = device.enrolment["deviceID"], device.key
        self.name = device.name
        blob = base64.b64decode(public_line(device.key).split()[1])
        self.head = ssh_string(b"watchman-call@v1") + ssh_string(b"") + ssh_string(b"sha512")
        self.start = b"SSHSIG\0\0\0\1" + ssh_string(blob) + self.head

    def body(self, sequence):
        return json.dumps({
            "facts": {"agentVersion": "0.1.0", "architecture": "aarch64", "hostname": self.name,
                      "kernel": "6.1.0-18-arm64", "machineID": "0123456789abcdef0123456789abcdef",
                      "ssh": "OpenSSH_9.2p1 Debian-2+deb12u2, OpenSSL 3.0.11 19 Sep 2023",
                      "sshd": "OpenSSH_9.2p1 Debian-2+deb12u2", "system": "Debian GNU/Linux 12 (bookworm)"},
            "vitals": {"addresses": ["192.0.2.10", "2001:db8::10"], "clock": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                       "diskFree": 20 << 30, "diskTotal": 32 << 30, "load": sequence % 100 / 25, "memoryAvailable": 3 << 30,
                       "memoryTotal": 4 << 30, "temperature": 48.5, "uptime": 86400.5 + 30 * sequence},
        }, separators=(",", ":")).encode()

    def request(self, sequence):
        """The bytes of one HTTP request."""
        body = self.body(sequence)
        message = f"POST {PATH}\n{self.device}\n{sequence}\n".encode() + body
        signed = self.key.sign(b"SSHSIG" + self.head + ssh_string(hashlib.sha512(message).digest()))
        blob = self.start + ssh_string(ssh_string(b"ssh-ed25519") + ssh_string(signed))
        return (f"POST {PATH} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
                f"Watchman-Device: {self.device}\r\nWatchman-Sequence: {sequence}\r\n"
                f"Watchman-Signature: {base64.b64encode(blob).decode()}\r\n\r\n").encode() + body


def write_requests(path, devices, rounds, first=1):
    """Every device's requests in the order of their numbers, the devices taking turns."""
    signers = [Signer(device) for device in devices]
    with open(path, "wb") as file:
        for sequence, signer in itertools.product(range(first, first + rounds), signers):
            request = signer.request(sequence)
            file.write(b"%06d" % len(request) + request)


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def machine_cpu():
    """Busy and all CPU seconds of this machine since it booted."""
    fields = [int(field) for field in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS, sum(fields) / TICKS


def blast(server, path, seconds, connections=64):
    """Runs wrk and gives its text and how the CPU was shared."""
    script = server.folder / "load.lua"
    script.write_text(SCRIPT)
    before, machine, begin = cpu_seconds(server.server.pid), machine_cpu(), time.monotonic()
    wrk = subprocess.Popen(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script, f"https://127.0.0.1:{server.api}"],
        env=dict(os.environ, REQUESTS=str(path)), stdout=subprocess.PIPE, text=True)
    _, status, usage = os.wait4(wrk.pid, 0)
    text, wall = wrk.stdout.read(), time.monotonic() - begin
    if status:
        raise RuntimeError(text)
    busy, total = (after - former for after, former in zip(machine_cpu(), machine))
    server_cpu = cpu_seconds(server.server.pid) - before
    return text, {"wall": wall, "server": server_cpu, "wrk": usage.ru_utime + usage.ru_stime, "busy": busy, "all": total}


def figures(text):
    """Rate and latencies of wrk's report."""
    found = {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])}
    for percent, value, unit in re.findall(r"^\s+(\d+)%\s+([\d.]+)(us|ms|s)$", text, re.M):
        found[f"p{percent}"] = float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    broken = re.search(r"Socket errors: .*", text)
    found["requests"] = int(re.search(r"(\d+) requests in", text)[1])
    found["refused"] = int(refused[1]) if refused else 0
    found["broken"] = broken[0] if broken else ""
    return found
