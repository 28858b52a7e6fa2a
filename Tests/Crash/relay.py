"""A relay between a device and its server that stops a call where a test wants to.

It has the server's own TLS key, so the device takes it for the server; nothing in the product knows of it.
"""
import contextlib
import pathlib
import socket
import ssl
import threading
import time

UPSTREAM = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
UPSTREAM.check_hostname = False
UPSTREAM.verify_mode = ssl.CERT_NONE

ASK, CONFIRM = "/api/v1/agent/password", "/api/v1/agent/password/confirm"
# Where a rotation can be stopped, in its order: by the relay at a call or at its answer, or by what stands in for chpasswd.
BOUNDARIES = {
    "asked": (ASK, "call"), "stored": (ASK, "answer"), "answered": "before", "setting": "before", "set": "after",
    "confirming": (CONFIRM, "call"), "confirmed": (CONFIRM, "answer"), "done": (CONFIRM, "end"),
}


class Gate:
    """Stops at one boundary until it is released."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.place, self.reached, self.released = None, threading.Event(), threading.Event()

    def arm(self, boundary):
        for name in ("reached", "released", "ended"):
            (self.folder / name).unlink(missing_ok=True)
        self.reached.clear()
        self.released.clear()
        self.place = BOUNDARIES[boundary]
        (self.folder / "armed").write_text(self.place if isinstance(self.place, str) else "")

    def stop(self, place):
        if place == self.place and not self.reached.is_set():
            self.reached.set()
            self.released.wait()

    def wait(self, seconds):
        """Until the rotation has come to the boundary."""
        end = time.monotonic() + seconds
        while not self.reached.is_set() and not (self.folder / "reached").exists():
            if time.monotonic() > end:
                raise RuntimeError(f"the rotation did not come to {self.place}")
            time.sleep(0.01)

    def release(self):
        self.place = None
        (self.folder / "armed").write_text("")
        (self.folder / "released").touch()
        self.released.set()

    def has_ended(self):
        """Whether what stands in for chpasswd has done its work."""
        return (self.folder / "ended").exists()

    def chpasswd(self):
        """A script that stands in for chpasswd(8)."""
        return f"""#!/bin/sh
stop() {{
    grep -qxs "$1" {self.folder}/armed || return 0
    touch {self.folder}/reached
    while [ ! -e {self.folder}/released ]; do sleep 0.02; done
}}
stop before
/usr/sbin/chpasswd
status=$?
stop after
touch {self.folder}/ended
exit $status
"""


class Relay:
    def __init__(self, server_port, state, gate):
        self.server_port, self.gate = server_port, gate
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        chain = state / "chain.pem"
        chain.write_text((state / "tls.pem").read_text() + "\n" + (state / "ca.pem").read_text())
        self.context.load_cert_chain(chain, state / "tls.key")
        chain.unlink()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        upstream = None
        with contextlib.suppress(OSError, ValueError), self.context.wrap_socket(connection, server_side=True) as device:
            while call := self.message(device):
                path = call.split(b" ", 2)[1].decode()
                self.gate.stop((path, "call"))
                if upstream is None:
                    upstream = UPSTREAM.wrap_socket(socket.create_connection(("127.0.0.1", self.server_port)))
                upstream.sendall(call)
                answer = self.message(upstream)
                if not answer:
                    break
                self.gate.stop((path, "answer"))
                device.sendall(answer)
                self.gate.stop((path, "end"))
        if upstream:
            upstream.close()
        connection.close()

    @staticmethod
    def message(peer):
        """One HTTP message with its body, or nothing at the end."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = peer.recv(65536)
            if not piece:
                return b""
            data += piece
        head, body = data.split(b"\r\n\r\n", 1)
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, value = line.split(b":", 1)
            if name.strip().lower() == b"content-length":
                length = int(value)
        while len(body) < length:
            piece = peer.recv(65536)
            if not piece:
                return b""
            body += piece
        return head + b"\r\n\r\n" + body
