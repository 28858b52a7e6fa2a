"""Devices written straight into the database of a server that is stopped: enrolling 100,000 takes too long to be waited for."""
import base64
import json
import os
import sqlite3
import time

from fleet import ssh_string

GATEWAYS = ["bench-1", "bench-2"]
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def key_line():
    blob = ssh_string(b"ssh-ed25519") + ssh_string(os.urandom(32))
    return f"ssh-ed25519 {base64.b64encode(blob).decode()}"


def moment(age):
    seconds = time.time() - age
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1000):03}"


def device(number, host_key):
    """A row as an enrolment and some check-ins would have left it. 1 of 20 is offline."""
    facts = {"agentVersion": "0.1.0", "architecture": "aarch64", "hostname": f"pi-{number:06}.site{number % 100}.example",
             "kernel": "6.1.0-18-arm64", "machineID": f"{number:032x}", "ssh": "OpenSSH_9.2p1 Debian-2+deb12u2",
             "sshd": "OpenSSH_9.2p1 Debian-2+deb12u2", "system": "Debian GNU/Linux 12 (bookworm)"}
    vitals = {"addresses": ["192.0.2.10"], "clock": "2026-01-01T00:00:00Z", "diskFree": 20 << 30, "diskTotal": 32 << 30,
              "load": 0.25, "memoryAvailable": 3 << 30, "memoryTotal": 4 << 30, "temperature": 48.5, "uptime": 93784}
    identifier = "".join(ALPHABET[byte % 32] for byte in os.urandom(10))
    return (identifier, f"seed-{number:06}", key_line(), "bench", json.dumps([host_key]), json.dumps(facts), json.dumps(vitals),
            moment(86400 * 30), moment(number % 3600), int(number % 20 > 0))


def insert(database, count):
    """Adds devices with a tag of 1 in 100, one of 1 in 2, and a port each, on as many gateways as that takes."""
    host_key = key_line()
    with sqlite3.connect(database) as db:
        for gateway in GATEWAYS:
            db.execute("INSERT OR IGNORE INTO gateway (id, port, firstPort, lastPort) VALUES (?, 22, 1024, 65535)", (gateway,))
        begin = db.execute("SELECT count(*) FROM device").fetchone()[0]
        for number in range(begin, begin + count):
            row = device(number, host_key)
            db.execute("INSERT INTO device (id, name, publicKey, tokenID, hostKeys, facts, vitals, createdAt, lastSeen, isOnline,"
                       " escrowsRootPassword, clockSkew) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)", row)
            db.executemany("INSERT INTO deviceTag (deviceID, tag) VALUES (?, ?)",
                           [(row[0], f"site={number % 100}"), (row[0], "arm" if number % 2 else "x86")])
            db.execute("INSERT INTO portLease (gatewayID, port, deviceID) VALUES (?, ?, ?)",
                       (GATEWAYS[number // 60_000], 1024 + number % 60_000, row[0]))
            db.execute("INSERT INTO tunnelEvent (deviceID, at, isUp) VALUES (?, ?, ?)", (row[0], row[7], 1))
    db.close()
