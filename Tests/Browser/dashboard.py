"""A server with devices on loopback, and a browser that tells of everything that a page must not do."""
import contextlib
import json
import pathlib
import sys
import time

from playwright.sync_api import expect, sync_playwright

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Benchmarks"))
# pylint: disable=wrong-import-position
import fleet  # noqa: E402
from rig import Rig  # noqa: E402

PASSWORD = "correct horse battery"
PAGES = ["/", "/devices", "/enrol", "/gateway", "/jobs", "/backups", "/audit", "/people", "/account"]
HOSTILE = [
    "<script>alert(1)</script>", "\"onmouseover=alert(1) x=\"", "\"\u0301><img src=x onerror=alert(1)>",
    "javascript:alert(1)", "'\u200d><svg onload=alert(1)>", "{{layout.user}}{{{name}}}", "\u202eabc\u202c",
]

# Everything that would tell of text that became code.
WATCH = """
window.problems = [];
document.addEventListener("securitypolicyviolation", (event) => problems.push("policy: " + event.violatedDirective));
window.addEventListener("error", (event) => problems.push("error: " + event.message));
"""


class Dashboard:
    """What the specs have in common. Nothing in it depends on the order of the specs."""

    def __init__(self, binary, more=""):
        self.stack = contextlib.ExitStack()
        self.rig = self.stack.enter_context(Rig(binary, more))
        self.url = f"https://127.0.0.1:{self.rig.api}"
        playwright = self.stack.enter_context(sync_playwright())
        self.browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        self.stack.callback(self.browser.close)
        self.signed_in = {role: self.welcome(f"{role}-1", role) for role in ("viewer", "operator", "admin")}

    def close(self):
        self.stack.close()

    def link(self, name, role):
        """A one-time link, as the server prints it."""
        return self.rig.run("admin", "users", "add", name, "--role", role).strip()

    def welcome(self, name, role):
        """Uses a link up, and gives the cookies of who is signed in then."""
        with self.visit(state=None) as page:
            page.goto(self.link(name, role))
            page.fill("[name=password]", PASSWORD)
            page.fill("[name=again]", PASSWORD)
            page.click("main button")
            page.wait_for_url(self.url + "/")
            return page.context.storage_state()

    @contextlib.contextmanager
    def visit(self, role="admin", state=..., **options):
        """A page in a window of its own. Dialogs, script errors and broken policies fail the spec."""
        state = self.signed_in[role] if state is ... else state
        context = self.browser.new_context(ignore_https_errors=True, storage_state=state, **options)
        page = context.new_page()
        problems = []
        page.on("dialog", lambda dialog: (problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("console", lambda line: problems.append(line.text) if "Content Security Policy" in line.text else None)
        page.add_init_script(WATCH)
        try:
            yield page
            if options.get("java_script_enabled", True):
                problems += page.evaluate("window.problems ?? []")
        finally:
            context.close()
        assert not problems, problems

    def token(self):
        return self.rig.run("admin", "tokens", "create", "--uses", "100").strip()

    def enrol(self, name, token=None, **facts):
        """A device without an sshd behind it."""
        device = fleet.Device(name)
        with contextlib.closing(fleet.connection(self.rig.api)) as api:
            device.register(api, token or self.token(), **facts)
        return device

    def devices(self):
        return json.loads(self.rig.run("devices", "--format", "json"))["devices"]


def soon(condition, what, seconds=5):
    """Waits for a condition; says how long it took."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < seconds, f"waited {seconds} s for {what}"
        time.sleep(0.02)
    return time.monotonic() - begin


__all__ = ["Dashboard", "HOSTILE", "PAGES", "PASSWORD", "expect", "soon"]
