import Foundation
import Testing
import WatchmanCore
import WatchmanSystem

/// What a device's key opens on the gateway: its own port, and nothing else.
@Suite(.sharedServer, .logs)
struct DeviceKeyTests {
    @Test func `a device's key holds its own port open`() async throws {
        let server = try SharedServer.server
        let attacker = try await Attacker.enrol(server)
        try await FakeServer.with(.greets("canary"), port: server.sparePort()) { canary in
            _ = try attacker.ssh.start(["-N", "-R", "127.0.0.1:\(attacker.port):127.0.0.1:\(canary.port)"])
            try await Wait.until("the tunnel") { SocketTable.read().ports.contains(attacker.port) }
            #expect(try LoopbackTCP.exchange(attacker.port, await: 6) == Array("canary".utf8))
        }
    }

    /// What is asked of `-R`; P is the device's own port, Q another, DIR a folder that everybody may write to.
    @Test(arguments: [
        "127.0.0.1:Q:127.0.0.1:22", "127.0.0.1:0:127.0.0.1:22", "*:P:127.0.0.1:22", "0.0.0.0:P:127.0.0.1:22",
        "[::1]:P:127.0.0.1:22", "[::]:P:127.0.0.1:22", "localhost:P:127.0.0.1:22", "P:127.0.0.1:22", "Q", "0",
        "DIR/socket:127.0.0.1:22",
    ])
    func `a device's key listens nowhere else`(forward: String) async throws {
        let server = try SharedServer.server
        let attacker = try await Attacker.enrol(server)
        let folder = try server.openFolder()
        let asked = forward.replacing("P", with: "\(attacker.port)").replacing("DIR", with: folder)
            .replacing("Q", with: "\(server.ports.devices.upperBound)")
        let before = SocketTable.read().ports
        let result = try await attacker.ssh.run(["-N", "-R", asked])
        #expect(result.isAuthenticated)
        #expect(result.status == 255)
        #expect(result.errorText.contains("remote port forwarding failed for listen p"))
        #expect(!SocketTable.read().ports.subtracting(before).contains(attacker.port))
        #expect(!SocketTable.read().ports.contains(server.ports.devices.upperBound))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }

    @Test func `a device's key does not take the port of a device that is online`() async throws {
        let victim = try SharedServer.otherDevice
        let attacker = try await Attacker.enrol(try SharedServer.server)
        let result = try await attacker.ssh.run(["-N", "-R", "127.0.0.1:\(victim.port):127.0.0.1:22"])
        #expect(result.isAuthenticated)
        #expect(result.status == 255)
    }

    @Test(arguments: ["-L", "-D"])
    func `a device's key connects to nothing from the gateway`(option: String) async throws {
        let server = try SharedServer.server
        let attacker = try await Attacker.enrol(server)
        try await FakeServer.with(.greets("canary"), port: server.sparePort()) { canary in
            let local = server.sparePort()
            let target = option == "-L" ? ":127.0.0.1:\(canary.port)" : ""
            let program = try attacker.ssh.start(["-N", option, "127.0.0.1:\(local)\(target)"])
            try await Wait.until("ssh to listen") { SocketTable.read().ports.contains(local) }
            let answer = try LoopbackTCP.exchange(local, send: option == "-D" ? Self.socks5(canary.port) : [])
            try await Wait.until("the refusal") {
                program.soFar.errorText.contains("open failed: administratively prohibited")
            }
            #expect(!answer.contains(UInt8(ascii: "c")))
            #expect(canary.connections == 0)
        }
    }

    @Test func `a device's key does not reach another device`() async throws {
        let victim = try SharedServer.otherDevice
        let attacker = try await Attacker.enrol(try SharedServer.server)
        let result = try await attacker.ssh.run(["-W", "127.0.0.1:\(victim.port)"])
        #expect(result.isAuthenticated)
        #expect(result.status == 255)
        #expect(result.errorText.contains("administratively prohibited"))
        #expect(result.text == "")
    }

    @Test(arguments: [
        ["exec"], ["shell"], ["-s", "sftp"], ["-A", "exec"], ["-X", "exec"], ["-t", "exec"], ["-w", "any:any", "exec"],
    ])
    func `a device's key runs nothing on the gateway`(attack: [String]) async throws {
        let attacker = try await Attacker.enrol(try SharedServer.server)
        let command = ["exec": ["id"], "shell": [], "sftp": ["sftp"]][attack.last ?? ""] ?? []
        let result = try await attacker.ssh.run(Array(attack.dropLast()), command: command)
        #expect(result.isAuthenticated)
        #expect(result.status == 255)
        #expect(result.text == "")
    }

    /// What asks for no session, so that only the forwarding itself can be refused; DIR is a folder that everybody may write to.
    @Test(arguments: [["-N", "-w", "any:any"], ["-N", "-R", "DIR/out:/x"]])
    func `a device's key opens no tunnel device and no Unix socket`(attack: [String]) async throws {
        let server = try SharedServer.server
        let attacker = try await Attacker.enrol(server)
        let folder = try server.openFolder()
        let result = try await attacker.ssh.run(attack.map { $0.replacing("DIR", with: folder) })
        #expect(result.isAuthenticated)
        #expect(result.status == 255)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        #expect(!SocketTable.read().ports.contains(attacker.port))
    }

    @Test func `a device's key does not open the door for admins`() async throws {
        var attacker = try await Attacker.enrol(try SharedServer.server).ssh
        attacker.user = ServerFixture.jumpUser
        let result = try await attacker.run(["-N"])
        #expect(result.isTurnedAway)
    }

    @Test(arguments: ["root", "nobody", "daemon", "sync", "nosuchuser"])
    func `a key that is not enrolled opens nothing`(user: String) async throws {
        let server = try SharedServer.server
        var stranger = try await Attacker.enrol(server).ssh
        stranger.user = user
        stranger.key = try server.writeKey(.generate())
        let result = try await stranger.run(["-N"])
        #expect(result.isTurnedAway)
    }

    /// A SOCKS 5 greeting and a request to connect to a port of 127.0.0.1 (RFC 1928).
    private static func socks5(_ port: Int) -> [UInt8] {
        [5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, UInt8(port >> 8), UInt8(port & 0xff)]
    }
}
