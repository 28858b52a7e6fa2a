"""A real server and a real device whose /etc and /root are the test's own, in a mount namespace of their own."""
import contextlib
import ctypes
import ctypes.util
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys

from relay import Gate, Relay

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Support"))
from loopback import configuration, free_port, wait_for  # noqa: E402

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def reenter(arguments):
    """This program again, with these arguments, in a mount namespace of its own."""
    return ["unshare", "--mount", "--propagation", "private", sys.executable, *arguments]


def place(binary, folder):
    """A copy of the program where sshd would run it, for stages below to link to."""
    folder.mkdir(mode=0o755)
    return shutil.copy(binary, folder / "watchman")


def opens(password, stored):
    """Whether crypt(3) of the password is what the shadow file has."""
    crypt = ctypes.CDLL(ctypes.util.find_library("crypt") or "libcrypt.so.1").crypt
    crypt.restype = ctypes.c_char_p
    return crypt(password.encode(), stored.encode()) == stored.encode()


def family(pid):
    """A process and all that it started."""
    children = {}
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError, ValueError):
            if name.isdigit():
                stat = pathlib.Path(f"/proc/{name}/stat").read_text()
                children.setdefault(int(stat.rsplit(")", 1)[1].split()[1]), []).append(int(name))
    found = [pid]
    for parent in found:
        found += children.get(parent, [])
    return found


class LocalConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(str(self.path))


class Stage:
    """To be used in a mount namespace of its own: /etc becomes a copy here."""

    def __init__(self, binary, folder, has_tunnel=False, configuration=""):
        self.folder, self.has_tunnel, self.configuration = pathlib.Path(folder), has_tunnel, configuration
        for name in ("etc", "root/agent", "bin"):
            (self.folder / name).mkdir(parents=True)
        subprocess.run(["cp", "-a", "/etc/.", self.folder / "etc"], check=True)
        subprocess.run(["mount", "--bind", self.folder / "etc", "/etc"], check=True)
        self.binary = self.folder / "watchman"
        # The agent's own copy is the program that runs, so that it need not be copied.
        for place in (self.binary, self.folder / "root/agent/watchman"):
            place.hardlink_to(binary)
        self.socket, self.port, self.gateway = self.folder / "api.sock", free_port(), free_port()
        self.gate = Gate(self.folder / "gate")
        self.script("chpasswd", self.gate.chpasswd())
        self.script("systemctl", "#!/bin/sh\nexit 0\n")
        if not has_tunnel:
            self.script("autossh", "#!/bin/sh\nexec sleep 1000000\n")
        self.server = self.agent = None
        self.snapshots, self.passwords = [], set()

    def __enter__(self):
        try:
            self.start_server()
            self.relay = Relay(self.port, self.folder / "state", self.gate)
            self.register()
            self.start_agent()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in (self.agent, self.server):
            if process:
                self.kill(process)
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((self.folder / "gateway/sshd.pid").read_text()), signal.SIGTERM)

    def script(self, name, text):
        (self.folder / "bin" / name).write_text(text)
        (self.folder / "bin" / name).chmod(0o755)

    # --- processes

    def start(self, log, *command):
        with open(self.folder / log, "ab") as output:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={"PATH": f"{self.folder}/bin:{PATH}", "HOME": "/root", "LANG": "C.UTF-8"})

    def on_device(self, *command):
        """The command with /root being the device's."""
        script = 'mount --bind "$1" /root && shift && exec "$@"'
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", str(self.folder / "root"),
                *command]

    def start_server(self):
        file = self.folder / "server.toml"
        file.write_text(configuration(self.folder, self.port, self.gateway, "21000-21099", self.configuration))
        self.server = self.start("server.log", self.binary, "serve", "--config", str(file))
        wait_for("the server", self.answers)

    def answers(self):
        if self.server.poll() is not None:
            raise RuntimeError(f"serve ended: {(self.folder / 'server.log').read_text()[-2000:]}")
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.call("GET", "/healthz") is not None
        return False

    def start_agent(self):
        self.agent = self.start("agent.log", *self.on_device("/root/agent/watchman", "agent", "--folder", "/root/agent"))

    def start_register(self):
        token = self.call("POST", "/api/v1/tokens", {"lifetime": 600, "uses": 1, "tags": []})["token"]
        (self.folder / "root/token").write_text(token)
        return self.start("agent.log", *self.on_device(
            "/root/agent/watchman", "register", "--server", f"https://127.0.0.1:{self.relay.port}", "--folder",
            "/root/agent", "--name", "edge", "--token-file", "/root/token", "--skip-prereqs"))

    def register(self):
        program = self.start_register()
        # It waits for a tunnel, which is not what this is about.
        wait_for("the first password", lambda: program.poll() is None and self.has_password(), 60)
        self.kill(program)

    def forget(self):
        """The device as it was before it was registered, on both sides."""
        self.call("DELETE", "/api/v1/devices/edge")
        for path in (self.folder / "root/agent").iterdir():
            if path.is_file() and path.name != "watchman":
                path.unlink()

    def has_password(self):
        devices = self.call("GET", "/api/v1/devices")["devices"]
        return bool(devices) and self.standing().get("version") == 1

    def kill(self, process, spare=None):
        """Ends a process at once, with all that it started but what has this word on its command line."""
        for pid in family(process.pid):
            with contextlib.suppress(OSError):
                if not spare or spare.encode() not in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)
        process.wait()

    # --- what the server knows, and what the device has

    def call(self, method, path, body=None):
        connection = LocalConnection(self.socket)
        try:
            connection.request(method, path, json.dumps(body if body is not None else {}) if method != "GET" else None, {
                "Content-Type": "application/json"} if method != "GET" else {})
            answer = connection.getresponse()
            data = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{method} {path}: {answer.status} {data[:300]}")
            return json.loads(data) if data.startswith((b"{", b"[")) else data.decode()
        finally:
            connection.close()

    def standing(self):
        return self.call("GET", "/api/v1/devices/edge")["rootPassword"]

    def reveal(self):
        answer = self.call(
            "POST", "/api/v1/devices/edge/reveal-password", {"reason": "crash test", "includesHistory": True})
        past = [row["password"] for row in answer["history"]]
        assert len(past) <= 5, f"{len(past)} past passwords"
        present = [answer[key] for key in ("current", "pending") if key in answer]
        self.passwords.update(past + present)
        return present

    @property
    def shadow(self):
        lines = (self.folder / "etc/shadow").read_text().splitlines()
        return next(line.split(":")[1] for line in lines if line.startswith("root:"))

    # --- secrets where they do not belong

    def snapshot(self):
        """Keeps what any user of the machine could see of its processes at this moment."""
        for name in os.listdir("/proc"):
            for file in ("cmdline", "environ") if name.isdigit() else ():
                with contextlib.suppress(OSError):
                    self.snapshots.append((f"/proc/{name}/{file}", pathlib.Path(f"/proc/{name}/{file}").read_bytes()))

    def leaks(self):
        """Where a password stands that was ever in force."""
        self.call("POST", "/api/v1/backups")
        found = list(self.snapshots)
        for path in ("/metrics", "/api/v1/audit", "/api/v1/devices/edge", "/api/v1/devices"):
            found.append((path, json.dumps(self.call("GET", path)).encode()))
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name != "watchman" and "etc" not in path.relative_to(self.folder).parts:
                found.append((str(path), path.read_bytes()))
        return sorted({place for place, text in found for password in self.passwords if password.encode() in text})
