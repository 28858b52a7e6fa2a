#!/usr/bin/env python3
"""Kills server and agent at every step of a root password's rotation and looks whether the server still holds the password in force.

usage: Tests/Crash/escrow.py [BINARY] [ROUNDS]        (default .build/watchman 1). Needs root.

One round is each boundary with each victim: the server, the agent, both, and `register` with its first password. After each kill
the password that the device's shadow file has must be among those that the server reveals; started again, both must come to rest
within 60 s. Then the same for a new escrow key, killed at any moment.
"""
import os
import pathlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from relay import BOUNDARIES  # noqa: E402
from stage import Stage, opens, place, reenter, wait_for  # noqa: E402

WORKERS = 4
VICTIMS = ("server", "agent", "both", "register")
KEY_ROUNDS = 3


def check(stage):
    """Whether the server holds what the device has."""
    stored = stage.shadow
    return any(opens(password, stored) for password in stage.reveal())


def rest(stage, version, what):
    """Until the rotation to this version has ended, on both sides; gives the seconds."""
    begin = time.monotonic()
    wait_for(what, lambda: stage.standing().get("version") == version and "pendingSince" not in stage.standing(), 60)
    assert opens(stage.reveal()[0], stage.shadow), what
    return time.monotonic() - begin


def run(stage, boundary, victim):
    """One kill; gives whether the password was kept and the seconds until all was well."""
    version = stage.standing()["version"]
    stage.gate.arm(boundary)
    stage.call("POST", "/api/v1/devices/edge/rotate-password")
    stage.gate.wait(30)
    stage.snapshot()
    if victim != "agent":
        stage.kill(stage.server)
    if victim != "server":
        # What sets the password outlives its agent at one of the boundaries.
        stage.kill(stage.agent, spare="chpasswd" if boundary == "setting" else None)
    stage.gate.release()
    if boundary == "setting":
        wait_for("chpasswd", stage.gate.has_ended)
    if victim == "server":
        os.kill(stage.agent.pid, signal.SIGSTOP)
    if victim != "agent":
        stage.start_server()
    kept = check(stage)
    if victim == "server":
        os.kill(stage.agent.pid, signal.SIGCONT)
    else:
        stage.start_agent()
    return kept, rest(stage, version + 1, f"{boundary}, {victim} killed")


def run_register(stage, boundary):
    """The same for the first password, while nothing but `register` runs on the device."""
    stage.kill(stage.agent)
    stage.forget()
    before = stage.shadow
    stage.gate.arm(boundary)
    program = stage.start_register()
    stage.gate.wait(30)
    stage.snapshot()
    stage.kill(program, spare="chpasswd" if boundary == "setting" else None)
    stage.gate.release()
    if boundary == "setting":
        wait_for("chpasswd", stage.gate.has_ended)
    kept = stage.shadow == before or check(stage)
    begin = time.monotonic()
    stage.register()
    seconds = time.monotonic() - begin + rest(stage, 1, f"{boundary}, register killed")
    stage.start_agent()
    return kept, seconds


def rotate_key(stage):
    """A new escrow key, killed somewhere on its way; gives whether the password was kept and one key is left, in one file."""
    def call():
        try:
            stage.call("POST", "/api/v1/escrow/rotate")
        except (OSError, RuntimeError, ValueError):
            pass
        except Exception:  # noqa: BLE001 - the connection breaks in many ways
            pass

    caller = threading.Thread(target=call)
    caller.start()
    time.sleep(random.uniform(0, 0.03))
    stage.kill(stage.server)
    caller.join()
    stage.start_server()
    files = list((stage.folder / "state").glob("escrow.key*"))
    return check(stage) and len(files) == 1 and len(files[0].read_text().split()) == 1


def undisturbed(stage):
    """Seconds from asking for a rotation until the device has confirmed it."""
    version = stage.standing()["version"]
    stage.call("POST", "/api/v1/devices/edge/rotate-password")
    return rest(stage, version + 1, "a rotation that nobody disturbs")


def work(binary, folder, runs):
    with Stage(binary, folder) as stage:
        print(f"undisturbed {undisturbed(stage):.2f}", flush=True)
        for text in runs:
            boundary, victim = text.split("+")
            kept, seconds = run_register(stage, boundary) if victim == "register" else run(stage, boundary, victim)
            print(f"run {boundary} {victim} {'kept' if kept else 'LOST'} {seconds:.2f}", flush=True)
        for _ in range(KEY_ROUNDS):
            print(f"key - server {'kept' if rotate_key(stage) else 'LOST'} 0", flush=True)
        for place in stage.leaks():
            print(f"leak {place}", flush=True)
    return 0


def main(binary=".build/watchman", rounds="1"):
    runs = [f"{boundary}+{victim}" for boundary in BOUNDARIES for victim in VICTIMS] * int(rounds)
    folder = pathlib.Path(f"/var/lib/watchman-crash-{os.getpid()}")
    try:
        binary = place(binary, folder)
        workers = [subprocess.Popen(
            reenter([__file__, "--stage", binary, str(folder / str(number)),
                     *runs[number::WORKERS]]), stdout=subprocess.PIPE, text=True) for number in range(WORKERS)]
        begin, lines = time.monotonic(), []
        for worker in workers:
            lines += worker.communicate()[0].splitlines()
        statuses = [worker.returncode for worker in workers]
        return report(runs, [line.split() for line in lines], statuses, time.monotonic() - begin)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def report(runs, rows, statuses, seconds):
    ended = [row for row in rows if row[0] == "run"]
    keys = [row for row in rows if row[0] == "key"]
    bad = [" ".join(row) for row in rows if "LOST" in row or row[0] == "leak"]
    times = [float(row[4]) for row in ended] or [0]
    alone = [float(row[1]) for row in rows if row[0] == "undisturbed"] or [0]
    print(f"{len(ended)} of {len(runs)} kills, {len(keys)} killed key changes, {len(bad)} lost or leaked, in {seconds:.0f} s")
    print(f"at rest again after {statistics.median(times):.1f} s (median), {max(times):.1f} s (longest); "
          f"a rotation alone takes {statistics.median(alone):.1f} s")
    for line in bad:
        print(line)
    return 0 if not bad and len(ended) == len(runs) and not any(statuses) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--stage"]:
        sys.exit(work(sys.argv[2], sys.argv[3], sys.argv[4:]))
    sys.exit(main(*sys.argv[1:]))
