import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// What a person decides on a device's page about what the device is.
@Suite struct IdentityPageTests {
    @Test func `nothing is asked while all is well`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "tower")
            let text = try await fixture.browser(.operator).get("/devices/\(device.id)").text
            #expect(!text.contains("host keys changed") && !text.contains("Two machines"))
        }
    }

    @Test func `changed host keys are shown beside the old ones, and accepted as they were shown`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "tower")
            let path = "/devices/\(device.id)"
            let pinned = try await fixture.info(device).device.hostKeys
            let keys = try await fixture.changeHostKeys(device)
            let viewer = try await fixture.browser(.viewer, name: "vera").get(path).text
            #expect(viewer.contains("Its host keys changed") && !viewer.contains("accept-host-keys"))
            let browser = try await fixture.browser(.operator)
            let text = try await browser.get(path).text
            for key in pinned + keys { #expect(text.contains(HTMLText.escape(key.fingerprint))) }
            #expect(text.contains("host keys changed</span>"))
            let others = try await browser.post("\(path)/accept-host-keys", ["keys": pinned[0].line])
            #expect(others.status == 409 && others.text.contains("not the ones that were shown"))
            let accepted = try await browser.post(
                "\(path)/accept-host-keys", ["keys": keys.map(\.line).joined(separator: ",")])
            #expect(accepted.status == 303)
            let after = try await fixture.info(device).device
            #expect(after.hostKeys == keys && after.reportedHostKeys == nil)
        }
    }

    @Test func `two machines are shown, and one is chosen`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "tower")
            let path = "/devices/\(device.id)"
            try await fixture.duplicate(device)
            let browser = try await fixture.browser(.operator)
            let text = try await browser.get(path).text
            for part in ServerFixture.bootIDs + ["Two machines use its key", "192.0.2.0", "192.0.2.1", "This one"] {
                #expect(text.contains(part), "\(part)")
            }
            #expect(try await browser.post("\(path)/choose", ["instance": "zzzz"]).status == 400)
            #expect(try await browser.post("\(path)/choose", ["instance": ServerFixture.bootIDs[0]]).status == 303)
            let chosen = try await browser.get(path).text
            #expect(chosen.contains("gets its new key at its next check-in"))
            #expect(try await fixture.info(device).device.chosenBootID == ServerFixture.bootIDs[0])
        }
    }

    @Test func `the fleet's page and the list name both kinds of trouble first`() async throws {
        try await ServerFixture.with { fixture in
            let (one, two) = (try await fixture.device(name: "attic"), try await fixture.device(name: "tower"))
            try await fixture.duplicate(one)
            _ = try await fixture.changeHostKeys(two)
            let browser = try await fixture.browser(.viewer)
            let fleet = try await browser.get("/").text
            #expect(fleet.contains(Fleet.duplicateReason) && fleet.contains(Fleet.hostKeyReason))
            let list = try await browser.get("/devices?state=duplicate").text
            #expect(list.contains("attic") && !list.contains(">tower<"))
        }
    }
}
