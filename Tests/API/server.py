"""A server on loopback with a few devices and an admin's key, below one folder that goes away at the end."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

for folder in ("Benchmarks", "Support"):
    sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / folder))
from fleet import Device, connection  # noqa: E402
from loopback import configuration, free_port, wait_for  # noqa: E402


class Server:
    def __init__(self, binary):
        self.folder = pathlib.Path(f"/var/lib/watchman-api-{os.getpid()}")
        self.folder.mkdir(mode=0o755)
        # sshd runs the key lookup only from a place that is root's alone.
        self.binary = self.folder / "watchman"
        shutil.copy(binary, self.binary)
        self.socket = self.folder / "api.sock"
        self.port, self.gateway = free_port(), free_port()
        self.environment = dict(
            os.environ, WATCHMAN_SOCKET=str(self.socket), XDG_CACHE_HOME=str(self.folder / "cache"))
        self.server = None

    def __enter__(self):
        try:
            self.start()
            self.devices = [self.enrol(f"edge-{number}") for number in range(1, 6)]
            self.wait(3)
            self.key = self.run("admin", "keys", "create", "--role", "admin", "--reveal", "fuzz").strip()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.server:
            self.server.terminate()
            self.server.wait()
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((self.folder / "gateway/sshd.pid").read_text()), signal.SIGTERM)
        shutil.rmtree(self.folder)

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    @property
    def log(self):
        return self.folder / "server.log"

    def start(self):
        file = self.folder / "server.toml"
        provider = '[oidc]\nissuer = "http://127.0.0.1:1"\nclient-id = "watchman"'
        file.write_text(configuration(self.folder, self.port, self.gateway, "30000-30999", provider))
        with open(self.log, "wb") as log:
            self.server = subprocess.Popen(
                [self.binary, "serve", "--config", file], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for("the server", lambda: self.server.poll() is None and subprocess.run(
            [self.binary, "devices"], env=self.environment, capture_output=True, check=False).returncode == 0)

    def run(self, *arguments):
        return subprocess.run(
            [self.binary, *arguments], env=self.environment, check=True, capture_output=True, text=True).stdout

    def enrol(self, name):
        device = Device(name)
        device.register(connection(self.port), self.run("admin", "tokens", "create").strip())
        return device

    def wait(self, count):
        """Devices that wait for approval."""
        token = self.run("admin", "tokens", "create", "--approve", "manual", "--uses", str(count)).strip()
        for number in range(count):
            Device(f"new-{number}").ask(connection(self.port), token, {})

    def certificate(self):
        """The server's CA, for clients that check it."""
        return self.folder / "state/ca.pem"

    def open_files(self):
        return len(os.listdir(f"/proc/{self.server.pid}/fd"))

    def resident(self):
        """Bytes of memory that the server uses."""
        return int(pathlib.Path(f"/proc/{self.server.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

    def wait_until(self, what, condition, seconds):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise RuntimeError(f"gave up waiting for {what}")
            time.sleep(0.1)
