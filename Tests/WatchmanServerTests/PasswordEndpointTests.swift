import Foundation
import GRDB
import HTTPTypes
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Root passwords as people meet them over the API.
@Suite struct PasswordEndpointTests {
    /// Lets a device take and confirm a password, as its agent would.
    private static func rotate(_ fixture: ServerFixture, _ device: TestDevice, now: Date) async throws -> Secret {
        let pending = try await fixture.fleet.pendingPassword(try await fixture.info(device), now: now)
        try await fixture.fleet.confirmPassword(device.id, version: pending.version, now: now)
        return pending.password
    }

    @Test func `one device, a tag or all are rotated, and the device page and list say so`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "edge-1")
            let now = Date()
            let first = try await Self.rotate(fixture, device, now: now)
            let standing = try await fixture.admin(.get, "/api/v1/devices/edge-1").decode(DeviceDetail.self)
                .rootPassword
            #expect(standing?.version == 1 && standing?.pendingSince == nil)
            let path = "/api/v1/devices/edge-1/rotate-password"
            #expect(try await fixture.admin(.post, path).decode(RotationResult.self).devices == 1)
            let second = try await Self.rotate(fixture, device, now: Date())
            #expect(first != second)
            for (text, count) in [("all", 1), ("name=edge-*", 1), ("site=berlin", 0)] {
                let answer = try await fixture.admin(
                    .post, "/api/v1/rotate-passwords", RotationRequest(devices: text))
                #expect(try answer.decode(RotationResult.self).devices == count)
            }
            let wrong = try await fixture.admin(.post, "/api/v1/rotate-passwords", RotationRequest(devices: "a b"))
            #expect(wrong.status == 400)
        }
    }

    @Test func `a reveal says what is in force, on request what was, and plans a new one`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "edge-1")
            let first = try await Self.rotate(fixture, device, now: Date())
            _ = try await fixture.fleet.rotatePassword("edge-1", actor: "local", now: Date())
            let second = try await Self.rotate(fixture, device, now: Date())
            let path = "/api/v1/devices/edge-1/reveal-password"
            let plain = try await fixture.admin(.post, path, RevealRequest(reason: "console"))
            #expect(plain.headers[.cacheControl] == "no-store")
            let shown = try plain.decode(RevealedPassword.self)
            #expect(shown.current == second && shown.pending == nil && shown.history == nil)
            let due = try #require(shown.dueAt)
            #expect((3500.0...3700.0).contains(due.timeIntervalSinceNow))
            let all = try await fixture.admin(.post, path, RevealRequest(reason: "x", includesHistory: true))
                .decode(RevealedPassword.self)
            #expect(all.history?.map(\.password) == [first] && all.history?.map(\.version) == [1])
            for reason in ["", "   ", String(repeating: "é", count: 201)] {
                let answer = try await fixture.admin(.post, path, RevealRequest(reason: reason))
                #expect(answer.status == 400)
            }
            #expect(try await fixture.admin(.post, path).status == 415)
        }
    }

    @Test func `a key of the highest role reveals nothing`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "edge-1")
            let password = try await Self.rotate(fixture, device, now: Date())
            let before = try await fixture.auditCount()
            let answer = try await fixture.call(
                .post, "/api/v1/devices/edge-1/reveal-password", .remote,
                headers: ["Authorization": "Bearer \(try await fixture.apiKey(.admin).text.revealed)"],
                bytes: Array(try WireJSON.encode(RevealRequest(reason: "console"))))
            #expect(answer.status == 403 && !answer.text.contains(password.revealed))
            let after = try await fixture.auditCount()
            #expect(after == before + 1, "the key was made, and nothing else")
        }
    }

    @Test func `after a new key every password is what it was`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "edge-1")
            let password = try await Self.rotate(fixture, device, now: Date())
            let result = try await fixture.admin(.post, "/api/v1/escrow/rotate").decode(EscrowRotation.self)
            #expect(result.secrets == 1)
            let shown = try await fixture.admin(
                .post, "/api/v1/devices/edge-1/reveal-password", RevealRequest(reason: "console"))
            #expect(try shown.decode(RevealedPassword.self).current == password)
        }
    }
}

/// Root passwords in the dashboard.
@Suite struct PasswordPageTests {
    private static func device(_ fixture: ServerFixture) async throws -> (path: String, password: Secret) {
        let device = try await fixture.device(name: "tower")
        let pending = try await fixture.fleet.pendingPassword(try await fixture.info(device), now: Date())
        try await fixture.fleet.confirmPassword(device.id, version: pending.version, now: Date())
        return ("/devices/\(device.id)", pending.password)
    }

    /// A browser of a person who may reveal.
    private static func revealer(_ fixture: ServerFixture) async throws -> BrowserFixture {
        let browser = try await fixture.browser(.operator)
        try await fixture.fleet.store.write { db in try db.execute(sql: "UPDATE user SET mayReveal = 1") }
        return browser
    }

    @Test func `operators ask for a new password and are not shown how to reveal one`() async throws {
        try await ServerFixture.with { fixture in
            let (path, password) = try await Self.device(fixture)
            let browser = try await fixture.browser(.operator)
            let text = try await browser.get(path).text
            #expect(text.contains("held by the server, version 1 set "))
            #expect(text.contains("action=\"\(path)/rotate-password\""))
            #expect(!text.contains("reveal-password") && !text.contains(password.revealed))
            let answer = try await browser.post("\(path)/rotate-password")
            #expect(answer.status == 303 && answer.location == path)
            #expect(try await browser.get(path).text.contains("the next at its next check-in"))
            let viewer = try await fixture.browser(.viewer, name: "bob")
            #expect(try await !viewer.get(path).text.contains("rotate-password"))
        }
    }

    @Test func `who may reveal gives a reason and their own password, and is shown it once`() async throws {
        try await ServerFixture.with { fixture in
            let (path, password) = try await Self.device(fixture)
            let browser = try await Self.revealer(fixture)
            let form = try await browser.get(path)
            #expect(form.text.contains("action=\"\(path)/reveal-password\"") && form.text.contains("Your own password"))
            #expect(!form.text.contains(password.revealed))
            let good = ["reason": "console <b>", "password": BrowserFixture.password]
            let before = try await fixture.auditCount()
            for (change, status) in [
                (["reason": " "], 400), (["password": "wrong"], 401), (["password": ""], 401),
            ] {
                let answer = try await browser.post("\(path)/reveal-password", good.merging(change) { $1 })
                #expect(answer.status == status && !answer.text.contains(password.revealed))
            }
            let refusals = try await fixture.auditCount() - before
            #expect(refusals == 2, "the wrong passwords")
            let shown = try await browser.post("\(path)/reveal-password", good)
            #expect(shown.status == 200 && shown.text.contains("<code>\(password.revealed)</code>"))
            #expect(shown.headers[.cacheControl] == "no-store")
            #expect(try await !browser.get(path).text.contains(password.revealed))
            #expect(try await browser.get("\(path)/reveal-password").status == 405)
        }
    }

    @Test func `who has no password here needs a fresh sign-in`() async throws {
        try await ServerFixture.with { fixture in
            let (path, password) = try await Self.device(fixture)
            let browser = try await Self.revealer(fixture)
            try await fixture.fleet.store.write { db in try db.execute(sql: "UPDATE user SET passwordHash = NULL") }
            #expect(try await !browser.get(path).text.contains("Your own password"))
            let reveal: () async throws -> Answer = {
                try await browser.post("\(path)/reveal-password", ["reason": "console", "password": "x"])
            }
            #expect(try await reveal().status == 401)
            for (age, status) in [(301.0, 401), (-60, 401), (299, 200)] {
                try await fixture.fleet.store.write { db in
                    try db.execute(sql: "UPDATE session SET provenAt = ?", arguments: [Date() - age])
                }
                let answer = try await reveal()
                #expect(answer.status == status && answer.text.contains(password.revealed) == (status == 200))
            }
        }
    }
}
