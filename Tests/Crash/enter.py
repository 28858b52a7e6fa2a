#!/usr/bin/env python3
"""Enters a device by root's escrowed password, through the real gateway and a real sshd, and looks for what is left lying about.

usage: Tests/Crash/enter.py [BINARY]        (default .build/watchman). Needs root.
"""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from stage import PATH, Stage, free_port, opens, place, reenter, wait_for  # noqa: E402

NOT_ASKED = "did not ask for a password"
REFUSED = "refused root's password"


class Entrance(Stage):
    """A stage with a tunnel and an sshd that reads the copied shadow file."""

    def __init__(self, binary, folder):
        super().__init__(binary, folder, has_tunnel=True, configuration='reveal-rotates-after = "1s"')
        self.sshd_port, self.sshd = free_port(), None
        self.start_sshd()

    def start_sshd(self, root="yes", passwords="yes"):
        if self.sshd:
            os.kill(self.sshd, signal.SIGTERM)
            wait_for("sshd to end", lambda: not pathlib.Path(f"/proc/{self.sshd}").exists())
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        pid = self.folder / "device-sshd.pid"
        pid.unlink(missing_ok=True)
        (self.folder / "etc/ssh/sshd_config").write_text(f"""
Port {self.sshd_port}
ListenAddress 127.0.0.1
PidFile {pid}
UsePAM no
PermitRootLogin {root}
PasswordAuthentication {passwords}
KbdInteractiveAuthentication no
""")
        subprocess.run(["/usr/sbin/sshd", "-E", self.folder / "device-sshd.log"], check=True)
        wait_for("sshd", pid.exists)
        self.sshd = int(pid.read_text())

    def __exit__(self, *_):
        super().__exit__()
        with contextlib.suppress(OSError):
            os.kill(self.sshd, signal.SIGTERM)

    def connect(self, *command):
        return subprocess.Popen(
            [self.binary, "connect", "edge", "--password", "--reason", "break glass", "--", *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={"PATH": PATH, "HOME": str(self.folder / "home"), "WATCHMAN_SOCKET": str(self.socket),
                 "XDG_RUNTIME_DIR": str(self.folder / "runtime")})

    def left(self):
        return [path.name for path in (self.folder / "runtime").rglob("askpass-*")]


def tried(stage, *command):
    """The exit status, output and errors of one entrance."""
    program = stage.connect(*command)
    output, errors = program.communicate(timeout=60)
    return program.returncode, output, errors


def must(condition, words, result=""):
    if not condition:
        raise RuntimeError(f"{words}: {result}")
    print(f"ok: {words}", flush=True)


def work(binary, folder):
    with Entrance(binary, folder) as stage:
        for name in ("home", "runtime"):
            (stage.folder / name).mkdir(mode=0o700)
        wait_for("the tunnel", lambda: stage.call("GET", "/api/v1/devices/edge")["summary"]["state"] == "online", 60)
        version, begin = stage.standing()["version"], time.monotonic()
        program = stage.connect("echo", "inside;", "sleep", "2")
        for _ in range(40):
            stage.snapshot()
            time.sleep(0.04)
        output, errors = program.communicate(timeout=60)
        must(program.returncode == 0 and output == "inside\n", "root's password opens the device", errors)
        wait_for("the file to go", lambda: not stage.left(), 5)
        wait_for("a new password", lambda: stage.standing()["version"] > version, 60)
        must(True, f"the password that was seen is replaced, {time.monotonic() - begin:.1f} s later")
        must(tried(stage, "exit", "7")[0] == 7, "the exit status is the command's")
        stage.start_sshd(root="prohibit-password")
        result = tried(stage, "true")
        must(result[0] == 255 and REFUSED in result[2], "an sshd that refuses root's password is told", result)
        stage.start_sshd(passwords="no")
        result = tried(stage, "true")
        wait_for("the file to go", lambda: not stage.left(), 5)
        must(result[0] == 255 and NOT_ASKED in result[2], "an sshd that asks for no password is told", result)
        rows = stage.call("GET", "/api/v1/audit?action=password.reveal")["entries"]
        must(len(rows) >= 4 and all("break glass" in row["detail"] for row in rows), "each entrance is in the trail", rows)
        must(any(opens(password, stage.shadow) for password in stage.reveal()), "the server still holds the password")
        leaks = stage.leaks()
        must(not leaks, "no password stands anywhere", leaks)
    return 0


def main(binary=".build/watchman"):
    folder = pathlib.Path(f"/var/lib/watchman-enter-{os.getpid()}")
    try:
        binary = place(binary, folder)
        return subprocess.run(
            reenter([__file__, "--stage", binary, str(folder / "stage")]), check=False).returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--stage"]:
        sys.exit(work(*sys.argv[2:]))
    sys.exit(main(*sys.argv[1:]))
