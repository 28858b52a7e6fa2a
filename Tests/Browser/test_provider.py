"""Signing in at a real OpenID Connect provider, and logging in on a command line by way of the browser."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from dashboard import Dashboard, expect, soon
from rig import free_port

SHOTS = os.environ.get("WATCHMAN_SCREENSHOTS")
PEOPLE = {
    "s-1001": {"preferred_username": "alice", "groups": ["ops", "staff"]},
    "s-1002": {"preferred_username": "victor", "groups": ["staff"]},
    "s-1003": {"preferred_username": "mallory", "groups": ["guests"]},
    "s-1004": {"preferred_username": "admin-1", "groups": ["ops"]},
}


def provider(port):
    """The provider as a process of its own."""
    people = [word for subject, claims in PEOPLE.items() for word in ("--user-claims", json.dumps({"sub": subject, **claims}))]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--host", "127.0.0.1", "--port", str(port), "--require-nonce", *people],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/.well-known/openid-configuration", timeout=1) as answer:
                return answer.status == 200
        except OSError:
            return False

    soon(answers, "the provider", 30)
    return process


class CommandLine:
    """watchman on a laptop that knows nothing of the server's socket."""

    def __init__(self, dashboard):
        self.dashboard = dashboard
        self.home = tempfile.TemporaryDirectory()
        self.environment = {"HOME": self.home.name, "PATH": os.environ["PATH"]}

    def run(self, *arguments):
        return subprocess.run(
            [self.dashboard.rig.binary, *arguments], env=self.environment, stdin=subprocess.DEVNULL, text=True,
            capture_output=True, check=False, timeout=60)

    def login(self):
        """Begins, and gives the process with the address that it prints."""
        pin = self.dashboard.rig.run("admin", "pin").strip()
        process = subprocess.Popen(
            [self.dashboard.rig.binary, "admin", "login", "--server", self.dashboard.url, "--no-browser", "--pin", pin],
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = process.stderr.readline()
        return process, re.search(r"https://\S+", line).group()


class ProviderSpecs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        port = free_port()
        cls.provider = provider(port)
        cls.addClassCleanup(cls.provider.wait)
        cls.addClassCleanup(cls.provider.terminate)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        secret = pathlib.Path(folder.name) / "secret"
        secret.touch(0o600)
        secret.write_text("any will do here\n")
        cls.dashboard = Dashboard(os.environ["WATCHMAN_BINARY"], f"""
cli-login-ttl = "8h"
[oidc]
issuer = "http://127.0.0.1:{port}"
client-id = "watchman"
client-secret-file = "{secret}"
name = "Example login"
roles = {{ admin = ["ops"], viewer = ["staff"] }}
""")
        cls.addClassCleanup(cls.dashboard.close)

    def shot(self, page, name):
        if SHOTS:
            page.screenshot(path=pathlib.Path(SHOTS) / f"{name}.png", full_page=True)

    def sign_in(self, page, subject):
        page.get_by_role("link", name="Sign in with Example login").click()
        page.get_by_role("button", name=subject).click()

    def test_a_person_signs_in_at_the_provider(self):
        for options in ({}, {"java_script_enabled": False}):
            with self.dashboard.visit(state=None, **options) as page:
                page.goto(self.dashboard.url + "/devices?search=bench")
                self.sign_in(page, "s-1001")
                page.wait_for_url(self.dashboard.url + "/devices?search=bench")
                expect(page.locator(".who")).to_contain_text("alice")
                expect(page.locator(".who")).to_contain_text("admin")
                cookies = [cookie for cookie in page.context.cookies() if cookie["name"].startswith("__Host-")]
                self.assertEqual([(cookie["name"], cookie["sameSite"]) for cookie in cookies], [("__Host-watchman", "Strict")])

    def test_groups_decide_and_a_local_name_is_nobody_elses(self):
        with self.dashboard.visit(state=None) as page:
            page.goto(self.dashboard.url)
            self.sign_in(page, "s-1002")
            page.wait_for_url(self.dashboard.url + "/")
            expect(page.locator(".who")).to_contain_text("viewer")
        for subject, words in (("s-1003", "may not enter here"), ("s-1004", "someone else's")):
            with self.dashboard.visit(state=None) as page:
                page.goto(self.dashboard.url)
                self.sign_in(page, subject)
                expect(page.locator("main")).to_contain_text(words)
                self.shot(page, f"refused-{subject}")
                page.goto(self.dashboard.url)
                self.assertIn("/sign-in", page.url)

    def test_a_person_changes_their_mind(self):
        with self.dashboard.visit(state=None) as page:
            page.goto(self.dashboard.url)
            page.get_by_role("link", name="Sign in with Example login").click()
            page.get_by_role("button", name="Deny").click()
            # This provider leaves the state out of its refusal (RFC 6749, 4.1.2.1 asks for it): nobody knows whose it is.
            expect(page.locator("main")).to_contain_text("this sign-in was not begun in this browser")
            page.goto(self.dashboard.url)
            self.assertIn("/sign-in", page.url)

    def test_a_command_line_logs_in_by_way_of_both(self):
        laptop = CommandLine(self.dashboard)
        process, address = laptop.login()
        with self.dashboard.visit(state=None) as page:
            page.goto(address)
            self.sign_in(page, "s-1001")
            page.wait_for_url("**/cli-login?**")
            expect(page.get_by_role("heading", level=1)).to_contain_text("Log in on ")
            expect(page.locator("main")).to_contain_text("8 hours")
            page.get_by_role("button", name="Approve").click()
            page.wait_for_url("http://127.0.0.1:*/callback?**")
            expect(page.locator("body")).to_contain_text("you can close this page")
        output, errors = process.communicate(timeout=30)
        self.assertEqual((process.returncode, output), (0, f"logged in to {self.dashboard.url}: 1 device\n"), errors)
        self.assertIn("bench-1", laptop.run("devices").stdout)
        keys = json.loads(laptop.run("admin", "keys", "--format", "json").stdout)["keys"]
        mine = [key for key in keys if key.get("owner") == "user:alice" and key["state"] == "active"]
        self.assertEqual([(key["role"], key["mayReveal"]) for key in mine], [("admin", False)])
        self.dashboard.rig.run("admin", "keys", "revoke", mine[0]["id"])
        refused = laptop.run("devices")
        self.assertEqual(refused.returncode, 77)
        self.assertIn("hint: watchman admin login --server", refused.stderr)
        self.assertEqual(laptop.run("admin", "logout").returncode, 0)
        self.assertEqual(laptop.run("devices").returncode, 69)

    def test_a_logout_ends_the_key(self):
        laptop = CommandLine(self.dashboard)
        process, address = laptop.login()
        with self.dashboard.visit("viewer") as page:
            page.goto(address)
            page.get_by_role("button", name="Approve").click()
            page.wait_for_url("http://127.0.0.1:*/callback?**")
        self.assertEqual(process.wait(30), 0)
        process.communicate()
        login = pathlib.Path(laptop.home.name) / ".config/watchman/login.json"
        self.assertEqual(login.stat().st_mode & 0o777, 0o600)
        copy = login.read_text()
        self.assertIn("logged out", laptop.run("admin", "logout").stdout)
        login.write_text(copy)
        self.assertEqual(laptop.run("devices").returncode, 77)

    def test_a_login_can_be_refused(self):
        laptop = CommandLine(self.dashboard)
        process, address = laptop.login()
        with self.dashboard.visit("operator") as page:
            page.goto(address)
            page.get_by_role("button", name="Refuse").click()
            page.wait_for_url("http://127.0.0.1:*/callback?**")
        _, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 77)
        self.assertIn("the login was refused in the browser", errors)

    def test_a_server_is_not_believed_unseen(self):
        laptop = CommandLine(self.dashboard)
        login = ("admin", "login", "--server", self.dashboard.url, "--no-browser")
        blind = laptop.run(*login)
        self.assertEqual((blind.returncode, blind.stdout), (64, ""))
        self.assertIn("hint: sudo watchman admin pin", blind.stderr)
        wrong = laptop.run(*login, "--pin", "A" * 43)
        self.assertEqual((wrong.returncode, wrong.stdout), (77, ""))
        self.assertNotIn("/cli-login", wrong.stderr)

    def test_the_pages_fit_a_phone_and_a_large_screen(self):
        laptop = CommandLine(self.dashboard)
        process, address = laptop.login()
        for width in (360, 1440):
            for scheme in ("light", "dark"):
                for role, path, name in ((None, "/sign-in", "sign-in"), ("admin", address.removeprefix(self.dashboard.url), "cli-login")):
                    state = {"state": None} if role is None else {"role": role}
                    with self.dashboard.visit(**state, viewport={"width": width, "height": 800}, color_scheme=scheme) as page:
                        page.goto(self.dashboard.url + path)
                        self.assertLessEqual(page.evaluate("document.scrollingElement.scrollWidth"), width)
                        self.shot(page, f"{name}-{width}-{scheme}")
        process.terminate()
        process.communicate()


if __name__ == "__main__":
    unittest.main()
