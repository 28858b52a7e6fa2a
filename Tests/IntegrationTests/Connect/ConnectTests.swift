import Foundation
import Glibc
import Testing
import WatchmanCore
import WatchmanSystem

/// `connect` to a device that is online.
@Suite(.sharedServer, .logs)
struct ConnectTests {
    @Test(arguments: [0, 3, 255])
    func `the exit status is the command's`(status: Int32) async throws {
        let result = try await SharedServer.server.watchman("connect", "edge-1", "--", "exit \(status)")
        #expect(result.status == status)
        #expect(result.errorText == "")
    }

    @Test func `output and errors stay apart`() async throws {
        let result = try await SharedServer.server.watchman("connect", "edge-1", "--", "echo out; echo err >&2")
        #expect(result.text == "out\n")
        #expect(result.errorText == "err\n")
    }

    @Test func `a megabyte of any bytes goes there and back unchanged`() async throws {
        let bytes = (0..<1 << 20).map { _ in UInt8.random(in: 0 ... .max) }
        let result = try await SharedServer.server.watchman("connect", "edge-1", "--", "cat", input: .bytes(bytes))
        #expect(result.status == 0)
        #expect(result.output == Data(bytes))
        #expect(result.errorText == "")
    }

    @Test func `the id and an unambiguous beginning lead to the same device`() async throws {
        let device = try SharedServer.device
        for name in [device.id, String(device.id.prefix(6)), "edge-1"] {
            let result = try await device.server.watchman("connect", name, "--", "true")
            #expect(result.status == 0, "\(name): \(result.errorText)")
        }
    }

    @Test func `words after -- reach the device as one command line, as with ssh`() async throws {
        let result = try await SharedServer.server.watchman(
            "connect", "edge-1", "--", "printf", "'%s|'", "'a b'", "-L", "--")
        #expect(result.text == "a b|-L|--|")
    }

    @Test func `-L carries a local port to the device`() async throws {
        let server = try SharedServer.server
        try await FakeServer.with(.greets("canary"), port: server.sparePort()) { canary in
            let port = server.sparePort()
            let program = try server.start(
                [
                    "connect", "edge-1", "-L", "127.0.0.1:\(port):127.0.0.1:\(canary.port)", "--", "cat",
                ], input: .pipe)
            try await Wait.until("the forward") { SocketTable.read().ports.contains(port) }
            #expect(try LoopbackTCP.exchange(port, await: 6) == Array("canary".utf8))
            program.closeInput()
            #expect(try await program.wait().status == 0)
        }
    }

    @Test func `-R carries a port of the device here`() async throws {
        let server = try SharedServer.server
        try await FakeServer.with(.greets("canary"), port: server.sparePort()) { canary in
            let port = server.sparePort()
            let program = try server.start(
                [
                    "connect", "edge-1", "-R", "127.0.0.1:\(port):127.0.0.1:\(canary.port)", "--", "cat",
                ], input: .pipe)
            try await Wait.until("the forward") { SocketTable.read().ports.contains(port) }
            #expect(try LoopbackTCP.exchange(port, await: 6) == Array("canary".utf8))
            program.closeInput()
            #expect(try await program.wait().status == 0)
        }
    }

    @Test func `-D is a SOCKS proxy into the device`() async throws {
        let server = try SharedServer.server
        try await FakeServer.with(.greets("canary"), port: server.sparePort()) { canary in
            let port = server.sparePort()
            let program = try server.start(
                ["connect", "edge-1", "-D", "127.0.0.1:\(port)", "--", "cat"], input: .pipe)
            try await Wait.until("the proxy") { SocketTable.read().ports.contains(port) }
            let request: [UInt8] = [
                5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, UInt8(canary.port >> 8), UInt8(canary.port & 0xff),
            ]
            #expect(try LoopbackTCP.exchange(port, send: request, await: 18).suffix(6) == Array("canary".utf8))
            program.closeInput()
            #expect(try await program.wait().status == 0)
        }
    }

    @Test func `--user logs in as someone else`() async throws {
        let device = try SharedServer.device
        #expect(try await device.server.watchman("connect", "edge-1", "--", "id -un").text == "root\n")
        try await device.letIn("nobody")
        let result = try await device.server.watchman("connect", "edge-1", "--user", "nobody", "--", "true")
        // The shell of nobody ends every session with status 1.
        #expect(result.status == 1)
        #expect(device.sshd.log.contains("Accepted publickey for nobody from 127.0.0.1"))
        // The device's own log names the admin.
        #expect(device.sshd.log.contains("ID \(device.id) local (serial "))
    }

    @Test(arguments: ["-x", "a b", "root;id", "root@elsewhere", "%u", "$(id)"])
    func `--user takes only names`(user: String) async throws {
        let result = try await SharedServer.server.watchman("connect", "edge-1", "--user=\(user)", "--", "true")
        #expect(result.status == 64)
        #expect(result.errorLines.first == "watchman: error: --user is not a user's name")
    }

    @Test func `many connect at the same time`() async throws {
        let server = try SharedServer.server
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<12 {
                group.addTask { try await server.watchman("connect", "edge-1", "--", "echo \(number)").text }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(texts == Set((0..<12).map { "\($0)\n" }))
    }

    @Test func `what connect keeps is for its owner alone`() async throws {
        let (server, device) = (try SharedServer.server, try SharedServer.device)
        let cache = try server.openFolder()
        let environment = ["XDG_CACHE_HOME": cache]
        #expect(try await server.watchman("connect", "edge-1", "--", "true", environment: environment).status == 0)
        let folder = "\(cache)/watchman/devices/\(device.id)"
        let mode: (String) throws -> Int? = {
            try FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions] as? Int
        }
        #expect(try mode(folder) == 0o700)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(
            Set(files) == ["id_ed25519", "grant.json", "device-cert.pub", "gateway-cert.pub", "known_hosts", "config"])
        for file in files { #expect(try mode("\(folder)/\(file)") == 0o600, "\(file)") }
    }

    @Test func `scp and sftp go through devices ssh-config and connect --stdio`() async throws {
        let server = try SharedServer.server
        let folder = try server.openFolder()
        let environment = ["WATCHMAN_SOCKET": server.socket, "XDG_CACHE_HOME": "\(folder)/cache"]
        let configuration = try await server.watchman("devices", "ssh-config", environment: environment)
        #expect(configuration.status == 0)
        try WholeFile.write(configuration.output, to: "\(folder)/ssh.conf", mode: 0o600)
        let bytes = Data((0..<300_000).map { _ in UInt8.random(in: 0 ... .max) })
        try WholeFile.write(bytes, to: "\(folder)/sent", mode: 0o600)
        let scp = try await server.scratch.run(
            ["scp", "-q", "-F", "\(folder)/ssh.conf", "\(folder)/sent", "edge-1.wm:\(folder)/copied"],
            environment: environment)
        #expect(scp.status == 0, "\(scp.errorText)")
        #expect(try WholeFile.read("\(folder)/copied") == bytes)
        let sftp = try await server.scratch.run(
            ["sftp", "-q", "-b", "-", "-F", "\(folder)/ssh.conf", "edge-2.wm"], environment: environment,
            input: .text("get \(folder)/copied \(folder)/fetched\n"))
        #expect(sftp.status == 0, "\(sftp.errorText)")
        #expect(try WholeFile.read("\(folder)/fetched") == bytes)
        let ssh = try await server.scratch.run(
            ["ssh", "-F", "\(folder)/ssh.conf", "edge-1.wm", "exit 7"], environment: environment)
        #expect(ssh.status == 7, "\(ssh.errorText)")
    }

    @Test func `connect --stdio carries the device's ssh port`() async throws {
        let result = try await SharedServer.server.watchman(
            "connect", "edge-1", "--stdio", input: .text("SSH-2.0-test\r\n"))
        #expect(result.text.hasPrefix("SSH-2.0-"))
    }
}
