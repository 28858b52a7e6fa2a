#!/usr/bin/env python3
"""Measures watchman against raw OpenSSH in the same run, on loopback. Needs root and the PyPI package cryptography.

usage: Tests/Benchmarks/run.py [BINARY]        (default .build/watchman)

Prints medians and ratios; asserts nothing, since a busy machine proves nothing.
"""
import concurrent.futures
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fleet import Device, connection  # noqa: E402
from rig import USER, Rig  # noqa: E402

QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def cpu(command, rounds=30, **options):
    """Median CPU of a command in milliseconds."""
    samples = []
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=False, **QUIET, **options)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        samples.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return 1000 * statistics.median(samples)


def alternate(commands, rounds, environment):
    """Median wall time of each command in milliseconds, run in turns so that drift hits all alike."""
    samples = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            begin = time.perf_counter()
            subprocess.run(command, check=True, env=environment, **QUIET)
            samples[name].append(1000 * (time.perf_counter() - begin))
    return {name: statistics.median(values) for name, values in samples.items()}


def show(title, medians):
    base = next(iter(medians.values()))
    print(f"\n{title}")
    for name, value in medians.items():
        print(f"  {name:32} {value:9.1f} ms   {value / base:5.2f}")


def raw_options(rig):
    return ["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
            "-i", str(rig.folder / "admin")]


def raw_jump(rig, credentials):
    """Plain `ssh -J` as a person would configure it, with the certificate that the gateway insists on."""
    file = rig.folder / "raw_jump"
    common = "StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n LogLevel ERROR\n"
    file.write_text(f"""
Host gw
 HostName 127.0.0.1
 Port {rig.gateway}
 User daemon
 IdentityFile {credentials}/id_ed25519
 CertificateFile {credentials}/gateway-cert.pub
 {common}
Host dev
 HostName 127.0.0.1
 Port {rig.port}
 User {USER}
 IdentityFile {rig.folder}/admin
 ProxyJump gw
 {common}
""")
    return ["ssh", "-F", str(file), "dev", "true"]


def entering(rig):
    connect = [str(rig.binary), "connect", "--user", USER, "bench-1", "--"]
    raw = ["ssh", *raw_options(rig), "-p", str(rig.port), f"{USER}@127.0.0.1"]
    show("login and `true`, on the server", alternate(
        {"ssh to the reverse port": [*raw, "true"], "watchman connect": [*connect, "true"]}, 40, rig.environment))
    key = rig.run("admin", "keys", "create", "bench")
    laptop = dict(os.environ, XDG_CONFIG_HOME=str(rig.folder / "laptop"), XDG_CACHE_HOME=str(rig.folder / "laptop-cache"))
    url = f"https://127.0.0.1:{rig.api}"
    subprocess.run([rig.binary, "admin", "login", "--server", url], input=key, text=True, env=laptop, check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run([*connect, "true"], env=laptop, check=True, **QUIET)
    credentials = next((rig.folder / "laptop-cache/watchman/devices").iterdir())
    show("login and `true`, from another host", alternate(
        {"ssh -J": raw_jump(rig, credentials), "watchman connect": [*connect, "true"]}, 40, laptop))
    size = 256
    data = f"head -c {size}M /dev/zero"
    medians = alternate({"ssh, 256 MiB": [*raw, data], "watchman connect, 256 MiB": [*connect, data]}, 7, rig.environment)
    show("throughput", medians)
    print("  MB/s: " + ", ".join(f"{name} {size * 1048.576 / value:.0f}" for name, value in medians.items()))


def registering(rig, count):
    token = rig.run("admin", "tokens", "create", "--uses", str(count)).strip()
    devices = [Device(f"fleet-{number}") for number in range(count)]

    def some(part):
        http_connection = connection(rig.api)
        for device in part:
            device.register(http_connection, token)

    begin = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(some, [devices[start::8] for start in range(8)]))
    seconds = time.perf_counter() - begin
    print(f"\nregistrations: {count} in {seconds:.1f} s = {count / seconds:.0f}/s (Python clients on the same cores)")


def memory(name, pid):
    fields = dict(line.split(":") for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    kib = {key: int(value.split()[0]) for key, value in fields.items()}
    dirty = kib["Private_Dirty"] + kib["Shared_Dirty"]
    print(f"{name}: {dirty / 1024:.1f} MiB dirty, {kib['Rss'] / 1024:.1f} MiB resident")


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else ".build/watchman"
    print(f"binary: {os.path.getsize(binary) / 1e6:.1f} MB")
    print(f"--help: {cpu([binary, '--help']):.1f} ms of CPU; /bin/true: {cpu(['/bin/true']):.1f} ms")
    with Rig(binary) as rig:
        entering(rig)
        print()
        memory("agent", rig.agent.pid)
        memory("serve, 1 device", rig.server.pid)
        registering(rig, 10_000)
        blob = rig.device.enrolment and rig.device.host_key.split()[1]
        lookup = [str(rig.binary), "gateway-keys", f"{rig.folder}/gateway/gateway.db", "key", "nobody", "nobody", blob]
        print(f"key lookup among 10,001 keys: {cpu(lookup):.1f} ms of CPU")
        memory("serve, 10,001 devices", rig.server.pid)
        show("devices with 10,001 rows", alternate(
            {"table": [str(rig.binary), "devices"], "json": [str(rig.binary), "devices", "--format", "json"]}, 10,
            rig.environment))
        show("login and `true`, on the server, 10,001 devices", alternate(
            {"ssh to the reverse port": ["ssh", *raw_options(rig), "-p", str(rig.port), f"{USER}@127.0.0.1", "true"],
             "watchman connect": [str(rig.binary), "connect", "--user", USER, "bench-1", "--", "true"]}, 20,
            rig.environment))


if __name__ == "__main__":
    main()
