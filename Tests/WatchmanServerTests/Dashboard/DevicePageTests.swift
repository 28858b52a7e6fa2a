import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct DevicePageTests {
    @Test func `all that is known of a device, and how to enter it`() async throws {
        try await ServerFixture.with { fixture in
            let now = Date()
            let tower = try await fixture.device(name: "tower")
            try await fixture.checkIn(tower, vitals: Sample.vitals(clock: now - 90), now: now - 5)
            _ = try await fixture.fleet.store.record(gateway: "main", up: [1100], down: [], now: now - 7300)
            _ = try await fixture.fleet.store.record(gateway: "main", up: [], down: [1100], now: now - 100)
            let text = try await fixture.browser(.viewer).get("/devices/\(tower.id)").text
            for part in [
                "<h1>tower</h1>", "watchman connect tower<", "ssh -F ~/.ssh/watchman.conf tower.wm", "Test OS 1",
                "aarch64", "1 GiB of 4 GiB", "12 GiB of 32 GiB", "192.0.2.10", "1 min behind", "1100 on main",
                "no tunnel, though the agent checked in ", "after 2 h", "for the first time",
                "held by the server",
            ] { #expect(text.contains(part), "\(part)") }
            #expect(!text.contains("method=\"post\" action=\"/devices"), "a viewer is shown no forms")
            let byName = try await fixture.browser(.viewer, name: "bob").get("/devices/tower")
            #expect(byName.status == 200)
        }
    }

    @Test func `what was measured is drawn, by slots and by hours, and each day's uptime`() async throws {
        try await ServerFixture.with { fixture in
            let now = Date()
            let tower = try await fixture.device(name: "tower", now: now - 3 * 86400)
            let path = "/devices/\(tower.id)"
            let browser = try await fixture.browser(.viewer)
            let empty = try await browser.get(path).text
            #expect(empty.contains("Nothing measured here"))
            #expect(empty.contains("Uptime of the last 90 days: 0 % on average, worst on "))
            #expect(empty.matches(of: /<title>[0-9-]+: no record<\/title>/).count >= 86)
            try await fixture.checkIn(tower, vitals: Sample.vitals(clock: now), now: now)
            _ = try await fixture.fleet.store.record(gateway: "main", up: [1100], down: [], now: now - 2 * 86400)
            let day = try await browser.get(path).text
            for part in [
                "Load, last 24 hours: 0.25 to 0.25, at last 0.25", "Memory, last 24 hours: 25 % to 25 %, at last 25 %",
                "Temperature, last 24 hours: 49 °C", "<b aria-current=\"true\">24 hours</b>",
                ": 100 %</title>",
            ] { #expect(day.contains(part), "\(part)") }
            let quarter = try await browser.get("\(path)?span=90d").text
            #expect(
                quarter.contains("<b aria-current=\"true\">90 days</b>") && quarter.contains("Nothing measured here"))
            #expect(try await browser.get("\(path)?span=nonsense").status == 200)
        }
    }

    @Test func `operators rename and tag, and are told what is wrong where they typed it`() async throws {
        try await ServerFixture.with { fixture in
            let tower = try await fixture.device(name: "tower")
            _ = try await fixture.device(name: "attic")
            let browser = try await fixture.browser(.operator)
            let path = "/devices/\(tower.id)"
            let renamed = try await browser.post("\(path)/name", ["name": " lighthouse "])
            #expect(renamed.status == 303 && renamed.location == path)
            _ = try await browser.post("\(path)/tags", ["add": "site=berlin"])
            _ = try await browser.post("\(path)/tags", ["add": "line-4"])
            _ = try await browser.post("\(path)/tags", ["remove": "site=berlin"])
            let info = try await fixture.info(tower)
            #expect(info.device.name == "lighthouse" && info.tags == ["line-4"])
            let taken = try await browser.post("\(path)/name", ["name": "attic"])
            #expect(taken.status == 409 && taken.text.contains("the name attic is taken"))
            let wrong = try await browser.post("\(path)/tags", ["add": "<b>"])
            #expect(wrong.status == 400 && !wrong.text.contains("<b>&#39;") && wrong.text.contains("&lt;b&gt;"))
            #expect(!wrong.text.contains("popovertarget=\"remove\""), "only admins are shown how to remove")
            #expect(try await browser.post("/devices/nothere/name", ["name": "x"]).status == 404)
        }
    }

    @Test func `a device is removed only by its name`() async throws {
        try await ServerFixture.with { fixture in
            let tower = try await fixture.device(name: "tower")
            let browser = try await fixture.browser(.admin)
            for typed in ["", "Tower", "attic", tower.id] {
                let answer = try await browser.post("/devices/\(tower.id)/remove", ["confirm": typed])
                #expect(answer.status == 400 && answer.text.contains("it is not removed"))
            }
            let answer = try await browser.post("/devices/\(tower.id)/remove", ["confirm": "tower"])
            #expect(answer.status == 303 && answer.location == "/devices")
            #expect(try await browser.get("/devices/\(tower.id)").status == 404)
            #expect(try fixture.keyLine(tower) == nil, "the gateway knows its key no more")
        }
    }
}
