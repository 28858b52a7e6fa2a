import Foundation
import Glibc
import Testing
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// The server's life: start, stop, restart, sudden death.
@Suite(.logs)
struct ServeTests {
    @Test func `the first start makes a state that only root can read`() async throws {
        try await ServerFixture.with { server in
            let modes = try Self.modes(server.state)
            #expect(modes["."] == 0o700)
            for secret in [
                "ca.key", "tls.key", "escrow.key", "user_ca", "host_ca", "gateway_host_key", "watchman.db",
                "watchman.db-wal", "watchman.db-shm",
            ] {
                #expect(modes[secret] == 0o600, "\(secret)")
            }
            let gateway = try Self.modes(server.gateway)
            #expect(gateway["."] == 0o750)
            #expect(gateway["ssh_host_ed25519_key"] == 0o600)
            #expect(gateway["gateway.db"] == 0o640)
            try await Wait.until("the socket to be opened to its group") {
                try FileManager.default.attributesOfItem(atPath: server.socket)[.posixPermissions] as? Int == 0o660
            }
        }
    }

    @Test func `SIGTERM ends the server within three seconds with status 0, whoever is connected`() async throws {
        try await ServerFixture.with { server in
            _ = try await DeviceFixture.online(server, "edge-1")
            try await server.api { client in
                let _: ServerIdentity = try await client.get("/api/v1/identity")
                let begin = ContinuousClock.now
                let result = try await server.stop()
                #expect(ContinuousClock.now - begin < .seconds(3))
                #expect(result.status == 0)
                #expect(result.errorLines.allSatisfy { $0.hasPrefix("info: ") })
            }
            #expect(server.gatewayPID != nil)
        }
    }

    @Test func `a restart keeps sshd, the tunnel and an open session`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let session = try server.start(["connect", "edge-1", "--", "cat"], input: .pipe)
            session.write("before\n")
            try await Wait.until("the first line") { session.soFar.text == "before\n" }
            let (gateway, holder) = (try #require(server.gatewayPID), Self.holder(device.port))
            _ = try await server.stop()
            session.write("during\n")
            try await Wait.until("the second line") { session.soFar.text == "before\nduring\n" }
            try await server.start()
            #expect(server.gatewayPID == gateway)
            #expect(Self.holder(device.port) == holder)
            #expect(try server.program().soFar.errorText.contains("gateway sshd adopted pid=\(gateway) reloaded=false"))
            #expect(try await device.summary?.state == .online)
            session.write("after\n")
            session.closeInput()
            let result = try await session.wait(within: .seconds(60))
            #expect(result.status == 0)
            #expect(result.text == "before\nduring\nafter\n")
            let events: DeviceDetail = try await server.api { try await $0.get("/api/v1/devices/\(device.id)") }
            #expect(events.events.map(\.isUp) == [true])
        }
    }

    @Test func `a changed gateway configuration reaches the running sshd without breaking a tunnel`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let (gateway, holder) = (try #require(server.gatewayPID), Self.holder(device.port))
            _ = try await server.stop()
            try server.configure(["edge-user": "\"games\""])
            try await server.start()
            #expect(try server.program().soFar.errorText.contains("reloaded=true"))
            // sshd takes its pid file away while it reads the new configuration.
            try await Wait.until("the same sshd to be back") { server.gatewayPID == gateway }
            #expect(Self.holder(device.port) == holder)
            // The agent hears of the other user at its next check-in, and follows.
            try await Wait.until("a way in by the new user") {
                try await server.watchman("connect", "edge-1", "--", "echo", "hello").text == "hello\n"
            }
        }
    }

    @Test func `no acknowledged registration is lost when the server is killed again and again`() async throws {
        try await ServerFixture.with { server in
            let token = try await server.token(uses: 20)
            let (address, _) = try await ServerTrust.establish(try ServerURL(server.url), pin: token.pin)
            let acknowledged = try await withThrowingTaskGroup(of: [Enrolment].self) { group in
                for worker in 0..<4 {
                    group.addTask { try await Self.register(5, token, address, name: "edge-\(worker)") }
                }
                for _ in 0..<4 {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0...120)))
                    let program = try server.program()
                    program.signal(SIGKILL)
                    _ = try await program.wait()
                    try await server.start()
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let seen = try await server.devices()
            #expect(seen.count == 20)
            #expect(Set(seen.map { "\($0.id) \($0.port)" }) == Set(acknowledged.map { "\($0.deviceID) \($0.port)" }))
            #expect(Set(seen.map(\.port)).count == 20)
            #expect(try await server.watchman("admin", "tokens").lines.last?.contains("20/20") == true)
            #expect(try await server.stop().status == 0)
            let check = try server.query("PRAGMA integrity_check")
            #expect(check == ["ok"])
        }
    }

    @Test func `a server killed in its first moments starts all the same`() async throws {
        try await Scratch.with { scratch in
            let server = try ServerFixture(scratch)
            for delay in [5, 10, 15, 20, 30, 40, 60, 80] {
                let program = try server.launch()
                try await Task.sleep(for: .milliseconds(delay))
                program.signal(SIGKILL)
                _ = try await program.wait()
            }
            try await server.start()
            let device = try await DeviceFixture.online(server, "edge-1")
            #expect(try await server.watchman("connect", device.name, "--", "true").status == 0)
        }
    }

    @Test func `the gateway's cache is made again from the database`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            _ = try await server.stop()
            // The gateway's copy can be made again from the database at any time.
            try FileManager.default.removeItem(atPath: "\(server.gateway)/gateway.db")
            try await server.start()
            _ = try device.startAgent()
            try await device.waitUntilOnline()
        }
    }

    /// Registers some devices, each as often as it takes to get an answer.
    private static func register(
        _ count: Int, _ token: Credential, _ address: ServerAddress, name: String
    ) async throws -> [Enrolment] {
        try await APIClient.with(address) { client in
            var done: [Enrolment] = []
            for _ in 0..<count {
                let key = SSHPrivateKey.generate()
                let request = Fake.registration(token, hostname: name, key: key.publicKey)
                try await Wait.until("a registration to be acknowledged", within: .seconds(60)) {
                    do {
                        done.append(try await client.enrol(request, key: key))
                        return true
                    } catch let error as WatchmanError where [.unavailable, .limited].contains(error.code) {
                        return false
                    }
                }
            }
            return done
        }
    }

    /// The process that holds a port open on the gateway.
    private static func holder(_ port: Int) -> pid_t? {
        SocketTable.read().owner(of: port, among: ["sshd", "sshd-session"])
    }

    private static func modes(_ folder: String) throws -> [String: Int] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder) + ["."]
        return try Dictionary(
            uniqueKeysWithValues: names.map { name in
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
                return (name, attributes[.posixPermissions] as? Int ?? 0)
            })
    }
}
