import Foundation
import Glibc
import Testing
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// The end of what was allowed: open connections are cut, and the next one is refused. Others go on.
@Suite(.logs)
struct RevocationTests {
    /// What ends a right.
    enum End: CaseIterable, Sendable {
        case key, keyAfterRestart, keyBeforeKill, device, connection

        /// Whether an admin who came by another key may stay.
        var spares: Bool { self != .device }
        /// What the next `connect` ends with, or nil if it may succeed.
        var refusal: Int32? {
            switch self {
            case .key, .keyAfterRestart, .keyBeforeKill: 77
            case .device: 1
            case .connection: nil
            }
        }

        func make(_ server: ServerFixture, _ key: Credential) async throws {
            switch self {
            case .key: try await Self.revoke(server, key)
            case .keyAfterRestart:
                _ = try await server.stop()
                try await server.start()
                try await Self.revoke(server, key)
            case .keyBeforeKill:
                // The transaction is all that a server had time for: the next one does the rest.
                try server.program().signal(SIGKILL)
                _ = try await server.program().wait(within: .seconds(60))
                let now = Date().formatted(.iso8601).replacing("T", with: " ").replacing("Z", with: ".000")
                try server.edit("UPDATE apiKey SET revokedAt = '\(now)' WHERE id = '\(key.id)'")
                try server.edit("UPDATE certificate SET revokedAt = '\(now)' WHERE actor = 'key:\(key.id)'")
                try await server.start()
            case .device:
                let _: DeviceSummary = try await server.api { try await $0.delete("/api/v1/devices/edge-1") }
            case .connection:
                let row = try #require(try await server.connections().first { $0.actor == "key:\(key.id)" })
                let result = try await server.watchman("admin", "connections", "end", "\(row.id)")
                #expect(result.lines == ["ended connection \(row.id) of key:\(key.id) to edge-1"])
            }
        }

        private static func revoke(_ server: ServerFixture, _ key: Credential) async throws {
            let _: APIKeySummary = try await server.api { try await $0.delete("/api/v1/keys/\(key.id)") }
        }
    }

    @Test(arguments: End.allCases)
    func `a connection ends with its right, and nobody else's does`(end: End) async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let (mallory, alice) = (try await Session.open(server, "mallory"), try await Session.open(server, "alice"))
            try await Wait.until("both connections") { try await server.connections().count == 2 }
            try await end.make(server, mallory.key)
            try await Wait.until("the cut") { mallory.program.ended != nil }
            #expect(mallory.program.ended == 255)
            if end.spares {
                try await alice.echo("still here")
            } else {
                try await Wait.until("the others' cut") { alice.program.ended != nil }
            }
            // The certificate that was granted before is still on the disk.
            let old = try await mallory.again(device)
            #expect((old == 0) == (end.refusal == nil), "status \(old)")
            let next = try await mallory.laptop.watchman("connect", "edge-1", "--", "true")
            #expect(next.status == end.refusal ?? 0, "\(next.errorText)")
            // Who may come in again has a connection to the gateway that `connect` keeps for a minute.
            let left =
                (end.spares ? ["key:\(alice.key.id)"] : []) + (end.refusal == nil ? ["key:\(mallory.key.id)"] : [])
            try await Wait.until("the table to say so") {
                try await server.connections().map(\.actor).sorted() == left.sorted()
            }
            let trail = try await server.watchman("admin", "audit", "list", "--actor", mallory.key.id)
            for action in ["device.connect", "connection.open", "connection.close"] {
                #expect(trail.text.contains("127.0.0.1  \(action)"), "\(trail.text)")
            }
            #expect(try await server.watchman("admin", "audit", "verify").status == 0)
        }
    }

    @Test func `sessions that share one connection to the gateway end with it`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let laptop = try Laptop(server)
            let key = try await server.apiKey("mallory")
            _ = try await laptop.login(key)
            #expect(try await laptop.watchman("connect", "edge-1", "--", "true").status == 0)
            let ssh = [
                "ssh", "-F", "\(laptop.home)/cache/watchman/devices/\(device.id)/config", "-o",
                "ControlPath=\(laptop.home)/master",
            ]
            let master = try server.scratch.start(
                ssh + ["-o", "ControlMaster=yes", "-N", "--", KnownHosts.gatewayAlias])
            try await Wait.until("the master") {
                FileManager.default.fileExists(atPath: "\(laptop.home)/master")
            }
            let guest = try server.scratch.start(
                ssh + ["-W", "127.0.0.1:\(device.port)", "--", KnownHosts.gatewayAlias], input: .pipe)
            try await Wait.until("the device's banner") { guest.soFar.text.hasPrefix("SSH-2.0-") }
            try await Wait.until("the connection") { try await !server.connections().isEmpty }
            let _: APIKeySummary = try await server.api { try await $0.delete("/api/v1/keys/\(key.id)") }
            try await Wait.until("both to end") { master.ended != nil && guest.ended != nil }
        }
    }

    @Test func `a connection that waits for the next ssh is used by it, and ends with its right`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let (mallory, ann) = (try Laptop(server), try Laptop(server))
            let (key, other) = (try await server.apiKey("mallory"), try await server.apiKey("ann"))
            for (laptop, key) in [(mallory, key), (ann, other)] {
                _ = try await laptop.login(key)
                for _ in 0..<2 {
                    #expect(try await laptop.watchman("connect", "edge-1", "--", "true").status == 0)
                }
            }
            try await Wait.until("one connection of each") {
                try await server.connections().map(\.actor).sorted() == ["key:\(key.id)", "key:\(other.id)"].sorted()
            }
            let opened = try await server.watchman("admin", "audit", "list", "--action", "connection.open")
            #expect(opened.lines.count == 3, "a heading and two logins: \(opened.text)")
            let _: APIKeySummary = try await server.api { try await $0.delete("/api/v1/keys/\(key.id)") }
            try await Wait.until("the end") {
                try await server.connections().map(\.actor) == ["key:\(other.id)"]
            }
            let again = [
                "ssh", "-F", "\(mallory.home)/cache/watchman/devices/\(device.id)/config", "-l", "root", "--",
                SSHConfiguration.alias(device.name), "true",
            ]
            #expect(try await server.scratch.run(again).status == 255)
            #expect(try await ann.watchman("connect", "edge-1", "--", "true").status == 0)
        }
    }

    @Test func `logins that came while no server ran are known afterwards, each once`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let key = SSHPrivateKey.generate()
            let grant = try await server.grant(device.id, key.publicKey)
            let admin = try SSHClient.admin(device, key: key, certificate: grant.gatewayCertificate)
            _ = try await server.stop()
            #expect(try await admin.run(["-W", "127.0.0.1:\(device.port)"]).text.hasPrefix("SSH-2.0-"))
            let long = try admin.start(["-N"])
            try await Wait.until("the login") { long.soFar.isAuthenticated }
            for _ in 0..<2 {
                try await server.start()
                try await Wait.until("the open connection") { try await server.connections().count == 1 }
                _ = try await server.stop()
            }
            try await server.start()
            let opened = try await server.watchman("admin", "audit", "list", "--action", "connection.open")
            #expect(opened.lines.count == 3, "a heading and two logins: \(opened.text)")
            await long.end()
            try await Wait.until("the end") { try await server.connections().isEmpty }
        }
    }

    @Test func `a removed device's port rests, and its tunnel does not come back`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let _: DeviceSummary = try await server.api { try await $0.delete("/api/v1/devices/edge-1") }
            try await Wait.until("the tunnel to end") {
                !SocketTable.read().ports.contains(device.port)
            }
            let again = try await SSHClient.edge(device).run(["-N", "-R", "127.0.0.1:\(device.port):127.0.0.1:22"])
            #expect(!again.isAuthenticated && !SocketTable.read().ports.contains(device.port))
            let next = try await server.register(try await server.token(), hostname: "edge-2")
            #expect(next.port != device.port)
        }
    }
}

/// An admin who is on a device from another machine.
private struct Session {
    let laptop: Laptop
    let key: Credential
    let program: Program

    static func open(_ server: ServerFixture, _ name: String) async throws -> Session {
        let (laptop, key) = (try Laptop(server), try await server.apiKey(name))
        try #require(try await laptop.login(key).status == 0)
        let program = try laptop.start(["connect", "edge-1", "--", "cat"], input: .pipe)
        let session = Session(laptop: laptop, key: key, program: program)
        try await session.echo("hello from \(name)")
        return session
    }

    /// Waits until the device has sent a line back.
    func echo(_ line: String) async throws {
        self.program.write("\(line)\n")
        try await Wait.until("an answer to \(line)") {
            guard self.program.ended == nil else {
                throw WatchmanError(.unavailable, "the session ended: \(self.program.soFar.errorText)")
            }
            return self.program.soFar.text.contains(line)
        }
    }

    /// Tries the certificates that are still there, and gives ssh's status.
    func again(_ device: DeviceFixture) async throws -> Int32 {
        let configuration = "\(self.laptop.home)/cache/watchman/devices/\(device.id)/config"
        return try await self.laptop.server.scratch.run(
            ["ssh", "-F", configuration, "-l", "root", "--", SSHConfiguration.alias(device.name), "true"]
        ).status
    }
}

extension ServerFixture {
    /// The admins' open connections.
    fileprivate func connections() async throws -> [ConnectionSummary] {
        let list: ConnectionList = try await self.api { try await $0.get("/api/v1/connections") }
        return list.connections
    }
}
