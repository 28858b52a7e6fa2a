import Foundation
import Glibc
import Testing
import WatchmanCore
import WatchmanSystem

/// Tunnels that hold a session open on the gateway.
@Suite(.logs)
struct HeldSessionTests {
    private static func commandLines(_ device: DeviceFixture) -> [String] {
        Machine.processes(mentioning: device.keyFile).filter { Processes.name(of: $0) == "ssh" }
            .compactMap { Processes.commandLine(of: $0) }
    }

    /// The process that waits on the gateway.
    private static func waiting(_ server: ServerFixture) throws -> pid_t? {
        try Processes.family(of: #require(server.gatewayPID)).first { Processes.name(of: $0) == "cat" }
    }

    @Test func `a tunnel holds a session, and nothing of it stays behind`() async throws {
        try await ServerFixture.with(shell: "/bin/sh") { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            #expect(Self.commandLines(device).count == 1 && !Self.commandLines(device)[0].contains(" -N "))
            #expect(try await server.watchman("connect", "edge-1", "--", "true").status == 0)
            for _ in 0..<2 {
                let old = try #require(try Self.waiting(server))
                for pid in Machine.processes(mentioning: device.keyFile) where Processes.name(of: pid) == "ssh" {
                    kill(pid, SIGKILL)
                }
                try await Wait.until("the old session to end") { Processes.name(of: old) == nil }
                try await Wait.until("another session") { try Self.waiting(server) != nil }
                try await device.waitUntilOnline()
            }
        }
    }

    @Test func `a session that displacement ends leaves nothing behind`() async throws {
        try await ServerFixture.with(shell: "/bin/sh") { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let old = try #require(try Self.waiting(server))
            let lost = Machine.processes(mentioning: device.keyFile).filter { Processes.name(of: $0) == "ssh" }
            for pid in lost { kill(pid, SIGSTOP) }
            _ = try SSHClient.edge(device).start(["-N", "-R", "127.0.0.1:\(device.port):127.0.0.1:\(device.sshd.port)"])
            try await Wait.until("the old session to end") { Processes.name(of: old) == nil }
            for pid in lost { kill(pid, SIGCONT) }
        }
    }

    @Test func `an agent that is killed leaves its session open`() async throws {
        try await ServerFixture.with(shell: "/bin/sh") { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            let agent = try device.startAgent()
            try await device.waitUntilOnline()
            let session = try #require(try Self.waiting(server))
            agent.signal(SIGKILL)
            _ = try await agent.wait()
            #expect(try await server.watchman("connect", "edge-1", "--", "true").status == 0)
            #expect(try Self.waiting(server) == session)
        }
    }

    @Test func `where no session can wait the tunnel goes without`() async throws {
        try await Scratch.with { scratch in
            let shell = "\(scratch.path)/closed"
            try WholeFile.write("#!/bin/sh\nexit 1\n", to: shell, mode: 0o755)
            let server = try ServerFixture(scratch, shell: shell)
            try await server.start()
            let device = try await DeviceFixture.online(server, "edge-1")
            try await Wait.until("a tunnel without a session") {
                Self.commandLines(device).contains { $0.contains(" -N ") }
            }
            try await device.waitUntilOnline()
        }
    }

    /// FILE is one that the gateway's user could make.
    @Test(arguments: [
        ["touch", "FILE"], [";", "touch", "FILE"], ["$(touch FILE)"], ["-t", "touch", "FILE"],
        ["-A", "-X", "touch", "FILE"], ["-s", "sftp"], ["-s", "touch FILE"],
        ["-o", "SetEnv=ENV=FILE LD_PRELOAD=FILE PATH=FILE SHELL=FILE", "touch", "FILE"], [],
    ])
    func `the holder of a device's key runs nothing in its session`(attack: [String]) async throws {
        try await ServerFixture.with(shell: "/bin/sh") { server in
            let attacker = try await Attacker.enrol(server)
            let folder = try server.openFolder()
            let words = attack.map { $0.replacing("FILE", with: "\(folder)/file") }
            let options = words.first == "-o" ? 2 : words.prefix { $0.first == "-" }.count
            let result = try await attacker.ssh.run(
                Array(words.prefix(options)), command: Array(words.dropFirst(options)))
            #expect(result.isAuthenticated)
            #expect(result.text == "")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        }
    }

    @Test func `a device's key opens one session at a time`() async throws {
        try await ServerFixture.with(shell: "/bin/sh") { server in
            let attacker = try await Attacker.enrol(server)
            let socket = "\(server.folder)/mux"
            let options = ["-o", "ControlPath=\(socket)"]
            _ = try server.scratch.start(attacker.ssh.line(["-M", "-S", socket]), input: .pipe)
            try await Wait.until("the session") { try Self.waiting(server) != nil }
            let second = try await server.scratch.run(["ssh", "-S", socket] + options + ["--", "127.0.0.1", "id"])
            #expect(second.status != 0 && second.text == "")
            #expect(second.errorText.contains("refused by peer"))
        }
    }
}
