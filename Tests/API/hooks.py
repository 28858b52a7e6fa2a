"""What schemathesis cannot learn from the document."""
import base64
import os
import struct

import schemathesis
from hypothesis import strategies as st

OWN_KEY = os.environ["WATCHMAN_API_KEY"].split(".")[2]


def key_line(raw):
    blob = struct.pack(">I", 11) + b"ssh-ed25519" + struct.pack(">I", 32) + raw
    return "ssh-ed25519 " + base64.b64encode(blob).decode()


schemathesis.openapi.format("ssh-public-key", st.binary(min_size=32, max_size=32).map(key_line))
CIDRS = ["192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32", "::/0"]
schemathesis.openapi.format("cidr", st.sampled_from(CIDRS))
schemathesis.openapi.format("cursor", st.just(""))  # Only the server can make one.
# What has a grammar or a list behind it that no pattern tells.
GOOD = {"cron": ["30 3 * * 1-5", "@daily", "*/5 0-4,22 1 jan-mar 0"],
        "timeZone": ["UTC", "Europe/Berlin", "America/St_Johns"]}
schemathesis.openapi.format("cron", st.sampled_from(GOOD["cron"]))
schemathesis.openapi.format("time-zone", st.sampled_from(GOOD["timeZone"]))


@schemathesis.hook
def filter_case(context, case):
    """The run's own key must not be ended, or all that follows would be refused."""
    return (case.path_parameters or {}).get("key") != OWN_KEY


@schemathesis.hook
def before_call(context, case, kwargs):
    """A job's command would be run on this machine: whatever could be one becomes `true`. And a format that schemathesis does not know
    itself is now and then forgotten."""
    body = case.body if isinstance(case.body, dict) else {}
    command = body.get("command")
    if isinstance(command, list) and command and all(isinstance(word, str) for word in command):
        body["command"] = ["true"]
    if case.meta and case.meta.generation.mode.is_positive:
        for name, values in GOOD.items():
            if isinstance(body.get(name), str) and body[name] not in values:
                body[name] = values[0]
        if isinstance(body.get("sources"), list):
            body["sources"] = [CIDRS[0] if isinstance(text, str) and text not in CIDRS else text for text in body["sources"]]
