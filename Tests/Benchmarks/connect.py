#!/usr/bin/env python3
"""Measures `watchman connect -- true` from another host against plain `ssh -J`, on loopback, and what each means brings. Needs root and
the PyPI package cryptography.

usage: Tests/Benchmarks/connect.py [BINARY] [ROUNDS]     (default .build/watchman, 25)

All are run in turns. Prints medians and ratios; asserts nothing.
"""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from rig import USER, Rig, wait_for  # noqa: E402
from run import QUIET, alternate, raw_jump, show  # noqa: E402


def laptop(rig):
    """The environment of an admin elsewhere, who is logged in."""
    environment = dict(os.environ, XDG_CONFIG_HOME=str(rig.folder / "laptop"), XDG_CACHE_HOME=str(rig.folder / "cache-2"))
    environment.pop("XDG_RUNTIME_DIR", None)
    key = rig.run("admin", "keys", "create", "bench")
    subprocess.run([rig.binary, "admin", "login", "--server", f"https://127.0.0.1:{rig.api}"], input=key, text=True,
                   env=environment, check=True, stdout=subprocess.DEVNULL)
    return environment


def variants(rig, credentials):
    """The configuration that `connect` writes, with one means after the other."""
    whole = (credentials / "config").read_text()

    def without(*words):
        return "\n".join(line for line in whole.splitlines() if not line.strip().startswith(words))

    persist = ("ControlMaster", "ControlPersist", f"ControlPath {rig.folder}")
    texts = {
        "+ curve25519 to the gateway": without(*persist, "ProxyCommand", "ProxyUseFdpass"),
        "+ NODELAY and QUICKACK": without(*persist),
        "+ ControlPersist": whole,
    }
    for number, (name, text) in enumerate(texts.items()):
        file = rig.folder / f"variant-{number}"
        file.write_text(text)
        yield name, ["ssh", "-F", str(file), "-l", USER, "bench-1.wm", "true"]


def main(binary, rounds):
    with Rig(binary) as rig:
        environment = laptop(rig)
        connect = [str(rig.binary), "connect", "--user", USER, "bench-1", "--", "true"]
        # The server knows the device's logins from its first check-in.
        wait_for("the login", lambda: subprocess.run(connect, env=environment, **QUIET).returncode == 0)
        credentials = next((rig.folder / "cache-2/watchman/devices").iterdir())
        commands = {"ssh -J": raw_jump(rig, credentials), **dict(variants(rig, credentials)), "watchman connect": connect}
        show(f"login and `true`, from another host, {rounds} rounds", alternate(commands, rounds, environment))
        alone = ["ssh", "-F", str(rig.folder / "variant-2"), "-O", "exit", "gateway.watchman"]
        subprocess.run(alone, env=environment, check=False, **QUIET)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".build/watchman", int(sys.argv[2]) if len(sys.argv) > 2 else 25)
