"""A server, and one device if it is asked for, on loopback, below one folder that goes away at the end."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

from fleet import Device, connection

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Support"))
from loopback import configuration, free_port, wait_for  # noqa: E402

USER = "wm-bench"


def read(path):
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return b""


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as peer:
        return peer.recv(4) == b"SSH-"
    return False


class Server:
    """Everything is stopped by pid, last started first."""

    def __init__(self, binary, more="", **place):
        """`more` is put at the end of the configuration file; `place` says where devices find the server."""
        self.more, self.place = more, place
        self.folder = pathlib.Path(f"/var/lib/watchman-bench-{os.getpid()}")
        self.folder.mkdir(mode=0o755)
        # sshd runs the key lookup only from a place that is root's alone.
        self.binary = self.folder / "watchman"
        shutil.copy(binary, self.binary)
        self.socket = self.folder / "api.sock"
        self.api, self.gateway, self.sshd = free_port(), free_port(), free_port()
        self.environment = dict(os.environ, WATCHMAN_SOCKET=str(self.socket), XDG_CACHE_HOME=str(self.folder / "cache"))
        self.processes = []

    def __enter__(self):
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def begin(self):
        self.start_server()

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((self.folder / "gateway/sshd.pid").read_text()), signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *arguments, **options):
        return subprocess.run(
            [self.binary, *arguments], env=self.environment, check=True, capture_output=True, text=True, **options).stdout

    def start(self, *arguments):
        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def stop_server(self):
        self.server.terminate()
        self.server.wait()

    @property
    def database(self):
        return self.folder / "state/watchman.db"

    def start_server(self):
        """Starts `serve` and gives the seconds until it answered."""
        file = self.folder / "server.toml"
        file.write_text(configuration(self.folder, self.api, self.gateway, "20000-31999", self.more, **self.place))
        begin = time.monotonic()
        self.server = self.start(self.binary, "serve", "--config", file)
        wait_for("the server", self.is_ready)
        return time.monotonic() - begin

    def is_ready(self):
        with contextlib.suppress(OSError):
            api = connection(self.api)
            api.request("GET", "/api/v1/identity")
            return api.getresponse().status == 200
        return False


class Rig(Server):
    """A server and one device with a tunnel."""

    def begin(self):
        # An account whose shell reads no profile of this machine.
        subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/bin/sh", USER], check=True)
        subprocess.run(["usermod", "-p", "*", USER], check=True)
        self.start_server()
        self.start_device()

    def __exit__(self, *_):
        super().__exit__()
        subprocess.run(["userdel", USER], check=True)

    def start_device(self):
        for name in ("host", "admin"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name], check=True)
        # The agent tells the keys of this machine's sshd, too, if there are any.
        files = [self.folder / "host.pub", *sorted(pathlib.Path("/etc/ssh").glob("ssh_host_*_key.pub"))]
        host_key, *others = (" ".join(file.read_text().split()[:2]) for file in files)
        self.device = Device("bench-1", host_key, others)
        enrolment = self.device.register(connection(self.api), self.run("admin", "tokens", "create").strip())
        self.port = enrolment["port"]
        device = enrolment["deviceID"]
        authority = f'cert-authority,principals="wm-{device},wm-{device}/{USER}" {enrolment["userAuthority"]}'
        keys = self.folder / "authorized_keys"
        keys.write_text(f"{authority}\n{(self.folder / 'admin.pub').read_text()}")
        os.chmod(keys, 0o644)
        (self.folder / "sshd_config").write_text(f"""
Port {self.sshd}
ListenAddress 127.0.0.1
HostKey {self.folder}/host
PidFile none
AuthorizedKeysFile {keys}
StrictModes no
UsePAM no
""")
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        self.start("/usr/sbin/sshd", "-D", "-f", self.folder / "sshd_config")
        self.start_agent(enrolment)
        wait_for("the tunnel", lambda: answers(self.port))

    def start_agent(self, enrolment):
        """The real agent, in the folder that `register` would have written."""
        home = self.folder / "Secure-Tunnel"
        home.mkdir(mode=0o700)
        key = home / "id_ed25519"
        key.touch(0o600)
        key.write_bytes(self.device.private_text())
        api = connection(self.api)
        api.request("GET", "/api/v1/identity")
        (home / "logins.json").write_text(json.dumps([USER]))
        (home / "known_hosts").write_text(f"@cert-authority gateway.watchman {enrolment['hostAuthority']}\n")
        (home / "agent.json").write_text(json.dumps({
            "server": f"https://127.0.0.1:{self.api}", "pin": "", "enrolment": enrolment, "keyFile": str(key),
            "authority": json.loads(api.getresponse().read())["certificateAuthority"], "sshdPort": self.sshd}))
        self.restart_agent()

    def restart_agent(self):
        self.agent = self.start(self.binary, "agent", "--folder", self.folder / "Secure-Tunnel")
        wait_for("the tunnel", lambda: answers(self.port))

    def kill_agent(self):
        """Ends the agent, autossh and ssh at once, as a power cut would. autossh that is met last has started ssh anew."""
        self.agent.kill()
        self.agent.wait()
        while children := self.children_of_agent():
            for process in children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)

    def children_of_agent(self):
        """autossh and ssh, which outlive an agent that is killed."""
        mark = str(self.folder / "Secure-Tunnel").encode()
        commands = {path.parent.name: path for path in pathlib.Path("/proc").glob("[0-9]*/cmdline")}
        return [int(pid) for pid, path in commands.items() if mark in read(path) and int(pid) != self.agent.pid]
