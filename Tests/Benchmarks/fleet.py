"""Simulated devices: they enrol as real ones do, without an sshd behind them."""
import base64
import hashlib
import http.client
import json
import ssl
import struct
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def ssh_string(data):
    return struct.pack(">I", len(data)) + data


def public_line(key):
    return key.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()


def signature(key, message, namespace):
    """An SSHSIG over `message`, base64 (OpenSSH's PROTOCOL.sshsig)."""
    head = ssh_string(namespace.encode()) + ssh_string(b"") + ssh_string(b"sha512")
    signed = b"SSHSIG" + head + ssh_string(hashlib.sha512(message).digest())
    blob = base64.b64decode(public_line(key).split()[1])
    inner = ssh_string(b"ssh-ed25519") + ssh_string(key.sign(signed))
    whole = b"SSHSIG" + struct.pack(">I", 1) + ssh_string(blob) + head + ssh_string(inner)
    return base64.b64encode(whole).decode()


# The server's CA is private and this is a loopback benchmark: the pin is what the tests check.
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE


def connection(port):
    return http.client.HTTPSConnection("127.0.0.1", port, context=TLS)


class Device:
    def __init__(self, name, host_key=None, more_host_keys=()):
        self.name = name
        self.key = Ed25519PrivateKey.generate()
        self.host_key = host_key or public_line(self.key)
        self.host_keys = [self.host_key, *more_host_keys]
        self.enrolment = None

    def register(self, http_connection, token, **facts):
        """Enrols the device; it comes again when the server has too much to do."""
        status, answer = 429, None
        while status == 429:
            status, answer = self.ask(http_connection, token, facts)
            if status == 429:
                time.sleep(0.2)
        if "enrolment" not in answer:
            raise RuntimeError(answer)
        self.enrolment = answer["enrolment"]
        return self.enrolment

    def ask(self, http_connection, token, facts):
        """The status and the answer of one registration; the answer may be that the device waits for approval."""
        _, pin, identifier, secret = token.split(".")
        http_connection.request("POST", "/api/v1/register/nonce")
        nonce = json.loads(http_connection.getresponse().read())["nonce"]
        body = json.dumps({
            "nonce": nonce, "tokenID": identifier, "tokenSecret": secret, "pin": pin, "name": self.name,
            "publicKey": public_line(self.key), "hostKeys": self.host_keys, "escrowsRootPassword": False,
            "clock": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "facts": {"hostname": self.name, "system": "bench", "architecture": "x86_64", "kernel": "6.1",
                      "agentVersion": "0.1.0"} | facts,
        }).encode()
        http_connection.request("POST", "/api/v1/register", body, {
            "Content-Type": "application/json",
            "Watchman-Signature": signature(self.key, body, "watchman-register@v1")})
        answer = http_connection.getresponse()
        return answer.status, json.loads(answer.read())

    def private_text(self):
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
