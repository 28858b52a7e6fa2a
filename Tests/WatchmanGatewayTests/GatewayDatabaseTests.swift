import Foundation
import GRDB
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanGateway

@Suite struct GatewayDatabaseTests {
    private static func device(_ id: String, _ port: Int, _ key: SSHPublicKey? = nil) -> GatewayDevice {
        GatewayDevice(id: id, key: key ?? SSHPrivateKey.generate().publicKey, port: port)
    }

    /// Runs `body` with a path for a database and a way to list it as `id port`.
    private static func withPath(_ body: (String, () throws -> [String]) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/gateway.db"
            try await body(path) {
                try DatabaseQueue(path: path).read { db in
                    try String.fetchAll(db, sql: "SELECT deviceID || ' ' || port FROM deviceKey ORDER BY port")
                }
            }
        }
    }

    @Test func `replacing everything leaves just the new devices`() async throws {
        try await Self.withPath { path, list in
            let database = try GatewayDatabase(path: path, readers: getegid())
            try await database.replaceAll([Self.device("a", 1), Self.device("b", 2)])
            #expect(try list() == ["a 1", "b 2"])
            try await database.replaceAll([Self.device("c", 2), Self.device("a", 3)])
            #expect(try list() == ["c 2", "a 3"])
            try await database.replaceAll([])
            #expect(try list() == [])
        }
    }

    @Test func `a device is added, changed and removed`() async throws {
        try await Self.withPath { path, list in
            let database = try GatewayDatabase(path: path, readers: getegid())
            let key = SSHPrivateKey.generate().publicKey
            try await database.add(Self.device("a", 1, key))
            try await database.add(Self.device("a", 1, key))
            try await database.add(Self.device("b", 2))
            #expect(try list() == ["a 1", "b 2"])
            try await database.add(Self.device("a", 3, key))
            #expect(try list() == ["b 2", "a 3"])
            try await database.add(Self.device("a", 3))
            #expect(try list() == ["b 2", "a 3"], "a new key of the same device replaces the old one")
            try await database.remove(id: "a")
            try await database.remove(id: "nobody")
            #expect(try list() == ["b 2"])
        }
    }

    @Test func `the file is for its owner and readers, and keeps its content when opened again`() async throws {
        try await Self.withPath { path, list in
            try await GatewayDatabase(path: path, readers: getegid()).add(Self.device("a", 1))
            #expect(try TemporaryFolder.mode(of: path) == 0o640)
            _ = try GatewayDatabase(path: path, readers: getegid())
            #expect(try list() == ["a 1"])
        }
    }

    @Test func `there is no file beside it that a reader would have to write`() async throws {
        try await Self.withPath { path, _ in
            let database = try GatewayDatabase(path: path, readers: getegid())
            try await database.add(Self.device("a", 1))
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["gateway.db"])
        }
    }

    @Test func `revoked certificates are added once, and forgotten long after their end`() async throws {
        try await Self.withPath { path, _ in
            let database = try GatewayDatabase(path: path, readers: getegid())
            let serials = {
                try DatabaseQueue(path: path).read { db in
                    try Int64.fetchAll(db, sql: "SELECT serial FROM revokedCertificate ORDER BY serial")
                }
            }
            let now = Sample.now
            try await database.revoke([1: now, 2: now + 300], now: now)
            try await database.revoke([1: now, 2: now + 300], now: now)
            #expect(try serials() == [1, 2])
            try await database.replaceAll([])
            #expect(try serials() == [1, 2], "devices come and go without them")
            try await database.revoke([3: now + 86600], now: now + 86500)
            #expect(try serials() == [2, 3])
        }
    }

    @Test func `a cache of another version is made anew`() async throws {
        try await Self.withPath { path, list in
            try await DatabaseQueue(path: path).write { db in
                try db.execute(
                    sql:
                        "CREATE TABLE deviceKey (other TEXT); INSERT INTO deviceKey VALUES ('x'); PRAGMA user_version = 99"
                )
            }
            let database = try GatewayDatabase(path: path, readers: getegid())
            #expect(try list() == [])
            try await database.add(Self.device("a", 1))
            #expect(try list() == ["a 1"])
        }
    }

    @Test func `a damaged cache is made anew`() async throws {
        try await Self.withPath { path, list in
            try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: path))
            try await GatewayDatabase(path: path, readers: getegid()).add(Self.device("a", 1))
            #expect(try list() == ["a 1"])
        }
    }
}
