"""What every test and benchmark with a server on loopback needs."""
import socket
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"gave up waiting for {what}")
        time.sleep(0.02)


def configuration(folder, api, gateway, ports, more="", host="127.0.0.1", address="127.0.0.1"):
    """The text of a server.toml with all state below `folder`; `more` is put at its end. Devices come to `host`."""
    return f"""
host = "{host}"
state = "{folder}/state"
api-address = "{address}"
api-port = {api}
api-socket = "{folder}/api.sock"
admin-group = "root"
gateway-state = "{folder}/gateway"
gateway-address = "{address}"
gateway-port = {gateway}
device-ports = "{ports}"
edge-user = "nobody"
jump-user = "daemon"
keys-user = "nobody"
backup-folder = "{folder}/backups"
{more}
"""
