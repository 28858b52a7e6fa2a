import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanGateway

@Suite struct KeyLookupTests {
    private static let devices = [
        GatewayDevice(id: "abcdefgh23", key: SSHPrivateKey.generate().publicKey, port: 20001),
        GatewayDevice(id: "abcdefgh24", key: SSHPrivateKey.generate().publicKey, port: 20002),
    ]

    /// Asks as sshd does, of a database that holds `devices`.
    private static func ask(
        _ kind: String, user: String, _ subject: String, serial: String = "7", revoked: [Int64: Date] = [:]
    ) async throws -> String? {
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/gateway.db"
            let database = try GatewayDatabase(path: path, readers: getegid())
            try await database.replaceAll(Self.devices)
            try await database.revoke(revoked, now: Sample.now)
            let expected = kind == "key" ? "wm-edge" : "wm-jump"
            return try KeyLookup.answer(
                database: path, kind: kind, user: user, expectedUser: expected, subject: subject, serial: serial)
        }
    }

    @Test func `a revoked certificate gets no line, and another of the same device does`() async throws {
        let revoked: [Int64: Date] = [7: Sample.now + 60, 8: Sample.now - 60]
        for (serial, isRefused) in [("7", true), ("8", true), ("6", false), ("77", false)] {
            let line = try await Self.ask(
                "principals", user: "wm-jump", "abcdefgh23", serial: serial, revoked: revoked)
            #expect((line == nil) == isRefused, "\(serial)")
        }
    }

    @Test(arguments: ["", "x", "7 OR 1", "7;", "1e3", "99999999999999999999"])
    func `a certificate without a number that counts gets no line`(serial: String) async throws {
        #expect(try await Self.ask("principals", user: "wm-jump", "abcdefgh23", serial: serial) == nil)
    }

    @Test func `a device's key may hold its own port open and nothing else`() async throws {
        let key = Self.devices[1].key
        #expect(
            try await Self.ask("key", user: "wm-edge", key.base64)
                == "restrict,port-forwarding,permitlisten=\"127.0.0.1:20002\" ssh-ed25519 \(key.base64)")
    }

    @Test func `an admin's certificate may reach its device's port and nothing else`() async throws {
        #expect(
            try await Self.ask("principals", user: "wm-jump", "abcdefgh23")
                == "restrict,port-forwarding,permitopen=\"127.0.0.1:20001\" wm-jump-abcdefgh23")
    }

    @Test func `the principal is the one that the server signs`() async throws {
        let line = try await Self.ask("principals", user: "wm-jump", "abcdefgh23")
        #expect(line?.hasSuffix(" \(ConnectPrincipal.gateway("abcdefgh23"))") == true)
    }

    @Test func `a key id's first word names the device, the rest is for the log`() async throws {
        for keyID in ["abcdefgh24 key:k2345678", "abcdefgh24 local", "abcdefgh24  ", "abcdefgh24 abcdefgh23"] {
            #expect(try await Self.ask("principals", user: "wm-jump", keyID)?.hasSuffix("wm-jump-abcdefgh24") == true)
        }
    }

    @Test(arguments: ["wm-jump", "root", "", "wm-edge ", "WM-EDGE", "wm-edge\u{301}"])
    func `another user's login gets no line for a device's key`(user: String) async throws {
        #expect(try await Self.ask("key", user: user, Self.devices[0].key.base64) == nil)
    }

    @Test(arguments: ["wm-edge", "root", ""])
    func `another user's login gets no line for a certificate`(user: String) async throws {
        #expect(try await Self.ask("principals", user: user, "abcdefgh23") == nil)
    }

    @Test func `an unknown key gets no line`() async throws {
        #expect(try await Self.ask("key", user: "wm-edge", SSHPrivateKey.generate().publicKey.base64) == nil)
        let key = Self.devices[0].key.base64
        for subject in ["", String(key.dropLast()), key + "=", " " + key, key.lowercased(), "%k"] {
            #expect(try await Self.ask("key", user: "wm-edge", subject) == nil)
        }
    }

    @Test(arguments: [
        "' OR 1=1 --", "abcdefgh2%", "abcdefgh2_", "*", "\"", "abcdefgh23'; DROP TABLE deviceKey; --", "\0",
        " abcdefgh23", "",
    ])
    func `SQL in a subject is just another text`(subject: String) async throws {
        #expect(try await Self.ask("key", user: "wm-edge", subject) == nil)
        #expect(try await Self.ask("principals", user: "wm-jump", subject) == nil)
    }

    @Test(arguments: ["", "keys", "Key", "principal"]) func `another question has no answer`(kind: String) async throws
    {
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/gateway.db"
            try await GatewayDatabase(path: path, readers: getegid()).replaceAll(Self.devices)
            #expect(
                try KeyLookup.answer(
                    database: path, kind: kind, user: "u", expectedUser: "u", subject: Self.devices[0].key.base64)
                    == nil)
        }
    }

    @Test func `without a database there is an error, and none is made`() throws {
        try TemporaryFolder.with { (folder: String) in
            let path = "\(folder)/gateway.db"
            #expect(throws: (any Error).self) {
                try KeyLookup.answer(database: path, kind: "key", user: "u", expectedUser: "u", subject: "x")
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test(arguments: [
        ["watchman"], ["watchman", "devices"], ["watchman", "gateway-keys"],
        ["watchman", "x", "a", "b", "c", "d", "e"],
    ])
    func `a process that was not started by sshd goes on`(arguments: [String]) {
        KeyLookup.answerIfAsked(arguments)
    }
}
