"""What a person does in a browser, with the real server and a real device."""
import os
import pathlib
import re
import signal
import time
import unittest

from dashboard import HOSTILE, PAGES, PASSWORD, Dashboard, expect, soon

SHOTS = os.environ.get("WATCHMAN_SCREENSHOTS")


class DashboardSpecs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dashboard = Dashboard(os.environ["WATCHMAN_BINARY"])
        cls.addClassCleanup(cls.dashboard.close)

    def shot(self, page, name):
        if SHOTS:
            page.screenshot(path=pathlib.Path(SHOTS) / f"{name}.png", full_page=True)

    def test_sign_in_and_out(self):
        self.dashboard.welcome("walter", "viewer")
        with self.dashboard.visit(state=None) as page:
            page.goto(self.dashboard.url + "/devices?search=bench")
            page.fill("[name=name]", "walter")
            page.fill("[name=password]", "not the password")
            page.click("main button")
            expect(page.get_by_role("alert")).to_contain_text("the name or the password is wrong")
            page.fill("[name=password]", PASSWORD)
            page.click("main button")
            page.wait_for_url("**/devices?search=bench")
            cookie = page.context.cookies()[0]
            self.assertEqual((cookie["name"], cookie["secure"], cookie["httpOnly"], cookie["sameSite"]),
                             ("__Host-watchman", True, True, "Strict"))
            self.assertEqual(page.evaluate("document.cookie + localStorage.length + sessionStorage.length"), "00")
            page.get_by_role("button", name="Sign out").click()
            page.wait_for_url("**/sign-in")
            page.goto(self.dashboard.url + "/devices")
            self.assertIn("/sign-in", page.url)

    def test_a_link_works_once(self):
        link = self.dashboard.link("wanda", "viewer")
        with self.dashboard.visit(state=None) as page:
            for _ in range(2):
                page.goto(link)
                expect(page.get_by_role("heading", level=1)).to_contain_text("wanda")
            page.fill("[name=password]", PASSWORD)
            page.fill("[name=again]", PASSWORD)
            page.click("main button")
            page.wait_for_url(self.dashboard.url + "/")
        with self.dashboard.visit(state=None) as page:
            self.assertEqual(page.goto(link).status, 404)

    def test_list_search_and_filter(self):
        token = self.dashboard.token()
        for name in ("search-attic", "search-barn", "search-cellar"):
            self.dashboard.enrol(name, token)
        with self.dashboard.visit() as page:
            page.goto(self.dashboard.url + "/devices")
            page.get_by_label("Search").press_sequentially("search-")
            expect(page.locator("#list tbody tr")).to_have_count(3)
            page.get_by_label("Search").press_sequentially("ba")
            expect(page.locator("#list tbody tr")).to_have_count(1)
            expect(page.locator("#list")).to_contain_text("search-barn")
            self.assertIn("search=search-ba", page.url)
            page.get_by_label("Search").fill("")
            page.get_by_label("State").select_option("online")
            expect(page.locator("#list")).to_contain_text("bench-1")
            expect(page.locator("#list")).not_to_contain_text("search-barn")
            self.shot(page, "devices")

    def test_a_device_that_goes_offline_changes_on_the_screen(self):
        rig = self.dashboard.rig
        with self.dashboard.visit() as page:
            page.goto(self.dashboard.url + "/devices?search=bench-1")
            row = page.locator("#list tbody tr")
            expect(row).to_contain_text("online")
            expect(page.locator("#live")).to_have_text("live")
            rig.kill_agent()
            took = soon(lambda: "offline" in row.inner_text(), "the row to say offline")
            self.assertLess(took, 2)
            rig.restart_agent()
            expect(row).to_contain_text("online", timeout=20_000)

    def test_a_device_page_tells_and_changes(self):
        self.dashboard.enrol("page-device")
        with self.dashboard.visit() as page:
            page.goto(self.dashboard.url + "/devices?search=page-device")
            page.get_by_role("link", name="page-device").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("page-device")
            expect(page.locator("main")).to_contain_text("watchman connect page-device")
            page.get_by_label("Add a tag").fill("site=berlin")
            page.get_by_role("button", name="Add", exact=True).click()
            expect(page.locator("#head")).to_contain_text("site=berlin")
            page.get_by_label("Rename").fill("page-renamed")
            page.get_by_role("button", name="Rename").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("page-renamed")
            self.shot(page, "device")
            page.get_by_role("button", name="Remove page-renamed").click()
            page.get_by_label("Type page-renamed to confirm").fill("page-renamed")
            page.get_by_role("button", name="Remove the device").click()
            soon(lambda: "page-renamed" not in [row["name"] for row in self.dashboard.devices()], "the removal")

    def test_from_a_token_to_an_enrolled_device(self):
        with self.dashboard.visit("operator") as page:
            page.goto(self.dashboard.url + "/enrol")
            page.get_by_label("Tags").fill("made=here")
            page.get_by_role("button", name="Make the token").click()
            token = page.locator(".copy code").first.inner_text()
            self.assertRegex(token, r"^wmj1\.")
            expect(page.locator("main")).to_contain_text(f"register --server {self.dashboard.url}")
            self.shot(page, "enrol")
            page.goto(self.dashboard.url + "/devices?search=made-here")
            expect(page.locator("#list tbody tr")).to_have_count(0)
            self.dashboard.enrol("made-here", token)
            expect(page.locator("#list tbody tr")).to_have_count(1)
            expect(page.locator("#list")).to_contain_text("made=here")
            page.goto(self.dashboard.url + "/enrol")
            expect(page.locator("main")).not_to_contain_text(token)

    def test_a_backup_is_made_and_verified(self):
        with self.dashboard.visit() as page:
            page.goto(self.dashboard.url + "/backups")
            page.get_by_role("button", name=re.compile("back ?up", re.I)).first.click()
            expect(page.locator("main")).to_contain_text(re.compile(r"watchman-\d{8}T\d{6}Z"))
            page.get_by_role("button", name=re.compile("^Verify")).first.click()
            expect(page.locator("main")).to_contain_text(re.compile("verified", re.I), timeout=20_000)
            self.shot(page, "backups")

    def test_hostile_texts_are_harmless(self):
        token = self.dashboard.token()
        for number, text in enumerate(HOSTILE):
            self.dashboard.enrol(
                f"hostile-{number}", token, hostname=text, system=text, kernel=text, architecture=text)
        with self.dashboard.visit() as page:
            ids = [row["id"] for row in self.dashboard.devices() if row["name"].startswith("hostile-")]
            self.assertEqual(len(ids), len(HOSTILE))
            for path in PAGES + [f"/devices/{identifier}" for identifier in ids]:
                self.assertEqual(page.goto(self.dashboard.url + path).status, 200, path)
                page.mouse.move(400, 400)
                self.assertEqual(page.locator("img[src=x], svg[onload], main script").count(), 0)
            for text in HOSTILE:
                page.goto(self.dashboard.url + "/devices")
                page.get_by_label("Search").fill(text)
                page.goto(self.dashboard.url + "/audit?search=" + text.replace("%", "%25").replace("&", "%26"))

    def test_everything_works_without_javascript(self):
        self.dashboard.enrol("no-script")
        with self.dashboard.visit(java_script_enabled=False) as page:
            for path in PAGES:
                self.assertEqual(page.goto(self.dashboard.url + path).status, 200, path)
            page.goto(self.dashboard.url + "/devices")
            page.get_by_label("Search").fill("no-script")
            page.get_by_role("button", name="Search").click()
            page.get_by_role("link", name="no-script").click()
            page.get_by_label("Add a tag").fill("plain")
            page.get_by_role("button", name="Add", exact=True).click()
            expect(page.locator("#head")).to_contain_text("plain")
            page.get_by_role("button", name="Remove no-script").click()
            page.get_by_label("Type no-script to confirm").fill("no-script")
            page.get_by_role("button", name="Remove the device").click()
            self.assertNotIn("no-script", [row["name"] for row in self.dashboard.devices()])

    def test_every_page_fits_a_phone_and_a_large_screen(self):
        device = self.dashboard.devices()[0]["id"]
        for width in (360, 768, 1440, 2560):
            for scheme in ("light", "dark"):
                with self.dashboard.visit(viewport={"width": width, "height": 900}, color_scheme=scheme) as page:
                    for path in PAGES + [f"/devices/{device}"]:
                        page.goto(self.dashboard.url + path)
                        wide = page.evaluate("document.scrollingElement.scrollWidth")
                        self.assertLessEqual(wide, width, f"{path} at {width}")
                        name = path.strip("/").split("/")[0] or "fleet"
                        self.shot(page, f"{name}-{'one-' if path.count('/') > 1 else ''}{width}-{scheme}")

    def test_roles_see_what_they_may_do(self):
        device = self.dashboard.devices()[0]["id"]
        for role, refused in (("viewer", ["/enrol", "/audit", "/people"]), ("operator", ["/audit", "/people"])):
            with self.dashboard.visit(role) as page:
                for path in PAGES:
                    status = page.goto(self.dashboard.url + path).status
                    self.assertEqual(status, 403 if path in refused else 200, f"{role} {path}")
                page.goto(self.dashboard.url + f"/devices/{device}")
                rename = page.get_by_role("button", name="Rename")
                expect(rename).to_have_count(0 if role == "viewer" else 1)
                expect(page.get_by_role("button", name=re.compile("^Remove "))).to_have_count(0)

    def test_a_restart_of_the_server_is_survived(self):
        rig = self.dashboard.rig
        with self.dashboard.visit() as page:
            page.goto(self.dashboard.url + "/devices")
            expect(page.locator("#live")).to_have_text("live")
            rig.server.send_signal(signal.SIGTERM)
            # An open page must not hold the server up.
            self.assertEqual(rig.server.wait(timeout=5), 0)
            expect(page.locator("#live")).to_have_text("reconnecting")
            rig.start_server()
            expect(page.locator("#live")).to_have_text("live", timeout=10_000)
            expect(page.locator("#list")).to_contain_text("bench-1")

    def test_who_is_signed_out_sees_nothing_more(self):
        state = self.dashboard.welcome("wilma", "viewer")
        with self.dashboard.visit(state=state) as page:
            page.goto(self.dashboard.url + "/devices")
            expect(page.locator("#live")).to_have_text("live")
            self.dashboard.rig.run("admin", "users", "remove", "wilma")
            began = time.monotonic()
            expect(page.get_by_label("Password")).to_be_visible(timeout=10_000)
            self.assertLess(time.monotonic() - began, 10)


if __name__ == "__main__":
    unittest.main()
