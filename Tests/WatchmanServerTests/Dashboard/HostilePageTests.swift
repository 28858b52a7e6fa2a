import Foundation
import GRDB
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Texts that devices and people chose, written past every check into the database, and met again on pages.
@Suite struct HostilePageTests {
    /// What would do harm if it came out as it went in.
    static let texts = [
        "<script>alert(1)</script>", "x\" onx=\"alert(1)", "x' onx='alert(1)", "\"\u{301}><q>", "<\u{301}img src=x>",
        "{{layout.user}}", "{{{.}}}", "&lt;b&gt;", "\u{202e}evil\u{2066}", "a\u{0}b", "javascript:alert(1)", "`=`",
        "]]></svg><svg onload=alert(1)>", "\u{1b}[31m",
    ]

    static let paths = [
        "/", "/devices", "/devices?search=x", "/devices/dev", "/enrol", "/gateway", "/audit", "/people", "/jobs",
        "/jobs/job", "/jobs/job/runs/1", "/backups",
    ]

    @Test(arguments: texts) func `nothing that was chosen by others is obeyed by a browser`(text: String) async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.admin)
            try await Self.fill(fixture, text)
            for path in Self.paths {
                let answer = try await browser.get(path)
                #expect(answer.status == 200, "\(path)")
                Self.check(answer, text, path)
            }
            let query = PercentEncoding.encode(text)
            for path in ["/devices?search=\(query)", "/devices?tag=\(query)", "/audit?subject=\(query)&actor=\(query)"]
            {
                Self.check(try await browser.get(path), text, path)
            }
            Self.check(try await browser.get("/devices/\(query)"), text, "a device of that name")
        }
    }

    /// Nothing but what our templates wrote themselves may begin a tag, end a value, or be taken for an instruction.
    private static func check(_ answer: Answer, _ text: String, _ path: String) {
        let bytes = answer.bytes
        func contains(_ part: String) -> Bool { bytes.firstRange(of: Array(part.utf8)) != nil }
        for harm in [
            "<script>", "<q>", "<img", "<\u{301}", "onx=", "onload=", "\"\u{301}", "{{", "</svg><svg on", "\u{0}",
        ] {
            let isOurs = harm == "{{" && text.contains("{{")
            #expect(isOurs || !contains(harm), "\(path) has \(harm)")
        }
        #expect(!bytes.contains(0))
        let page = String(decoding: bytes, as: UTF8.self)
        #expect(page.matches(of: /href="\s*javascript:/).isEmpty, "\(path)")
        let scripts = page.matches(of: /<script/).count
        #expect(scripts == 1, "\(path) has \(scripts) scripts")
    }

    private static func fill(_ fixture: ServerFixture, _ text: String) async throws {
        let device = try await fixture.device()
        try await fixture.checkIn(device, now: Date())
        let facts = DeviceFacts(
            hostname: text, machineID: text, system: text, architecture: text, kernel: text, ssh: text, sshd: text,
            agentVersion: text)
        var vitals = Sample.vitals()
        vitals.addresses = [text]
        vitals.diskFree = 0
        vitals.load = -.greatestFiniteMagnitude
        let (factsText, vitalsText) = (try WireJSON.encode(facts), try WireJSON.encode(vitals))
        let job = JobRequest(
            name: "job", cron: "@daily", timeZone: "UTC", jitter: 0, missed: .skip, devices: "all", command: ["true"],
            timeout: 1, concurrency: 1)
        let (added, now) = (try await fixture.fleet.addJob(job, actor: Principal(name: text), now: Date()), Date())
        _ = try await fixture.fleet.runJob("job", actor: Principal(name: text), now: now)
        _ = try await fixture.token()
        try await fixture.fleet.store.write { db in
            try db.execute(
                sql: "UPDATE device SET facts = ?, vitals = ?, tunnelProblem = ?, clockSkew = 1e18 WHERE id = ?",
                arguments: [
                    String(decoding: factsText, as: UTF8.self), String(decoding: vitalsText, as: UTF8.self), text,
                    device.id,
                ])
            // The row's own id is kept: it stands in addresses, and only the server makes it.
            try db.execute(sql: "PRAGMA defer_foreign_keys = ON")
            for table in ["deviceTag", "portLease"] {
                try db.execute(sql: "UPDATE \(table) SET deviceID = 'dev' WHERE deviceID = ?", arguments: [device.id])
            }
            try db.execute(sql: "UPDATE device SET id = 'dev', name = ? WHERE id = ?", arguments: [text, device.id])
            try db.execute(sql: "INSERT INTO deviceTag (deviceID, tag) VALUES ('dev', ?)", arguments: [text])
            try db.execute(
                sql: "INSERT INTO tunnelEvent (deviceID, at, isUp) VALUES ('dev', ?, 0)", arguments: [now])
            try db.execute(sql: "UPDATE joinToken SET tags = ?", arguments: [try Self.json([text])])
            try db.execute(
                sql: "INSERT INTO user (id, name, role, createdAt) VALUES ('evil', ?, 'viewer', ?)",
                arguments: [text, now])
            try db.execute(
                sql:
                    "INSERT INTO apiKey (id, name, secretHash, createdAt, role) VALUES ('evil', ?, x'00', ?, 'viewer')",
                arguments: [text, now])
            try Store.audit(db, now, actor: Principal(name: text), text, text, text)
            try db.execute(
                sql: "UPDATE job SET timeZone = ?, selector = ?, command = ? WHERE id = ?",
                arguments: [text, text, try Self.json([text]), added.id])
            try db.execute(sql: "UPDATE jobRun SET summary = ?", arguments: [text])
            try db.execute(
                sql: """
                    INSERT INTO jobOutput (runID, target, name, status, isTimedOut, output, startedAt, endedAt)
                    VALUES (1, ?, ?, 0, 0, ?, ?, ?)
                    """, arguments: [text, text, text, now, now])
        }
    }

    private static func json(_ texts: [String]) throws -> String {
        String(decoding: try WireJSON.encode(texts), as: UTF8.self)
    }
}
