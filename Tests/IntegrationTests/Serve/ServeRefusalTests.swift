import Foundation
import Glibc
import Testing
import WatchmanCore
import WatchmanSystem

/// A server that cannot start says why in one line and one hint.
@Suite(.logs)
struct ServeRefusalTests {
    @Test func `a taken API port is named`() async throws {
        try await Scratch.with { scratch in
            let server = try ServerFixture(scratch)
            try await FakeServer.with(.greets(""), port: server.ports.api) { _ in
                let result = try await server.launch().wait()
                #expect(result.status == 69)
                #expect(
                    result.complaints == [
                        "watchman: error: cannot listen on 127.0.0.1:\(server.ports.api): address already in use",
                        "watchman: hint: ss -ltnp sport = :\(server.ports.api)",
                    ])
                #expect(!FileManager.default.fileExists(atPath: server.socket))
            }
            try await server.start()
        }
    }

    @Test func `a taken gateway port is named`() async throws {
        try await Scratch.with { scratch in
            let server = try ServerFixture(scratch)
            try await FakeServer.with(.greets(""), port: server.ports.gateway) { _ in
                let result = try await server.launch().wait()
                #expect(result.status == 69)
                #expect(
                    result.complaints == [
                        "watchman: error: cannot listen on the gateway port \(server.ports.gateway): "
                            + "address already in use",
                        "watchman: hint: ss -ltnp sport = :\(server.ports.gateway)",
                    ])
            }
            try await server.start()
        }
    }

    @Test func `a second server on the same socket is refused and disturbs nothing`() async throws {
        try await ServerFixture.with { server in
            let second = try ServerFixture(
                server.scratch, name: "second", configuration: ["api-socket": "\"\(server.socket)\""])
            let result = try await second.launch().wait()
            #expect(result.status == 78)
            #expect(
                result.complaints == [
                    "watchman: error: another watchman serves \(server.socket)",
                    "watchman: hint: systemctl status watchman",
                ])
            #expect(second.gatewayPID == nil)
            #expect(try await server.watchman("devices").status == 0)
        }
    }

    @Test func `a second server with the same configuration is refused and disturbs nothing`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let gateway = server.gatewayPID
            let result = try await server.launch().wait()
            #expect(result.status == 78)
            #expect(result.complaints.first == "watchman: error: another watchman serves \(server.socket)")
            #expect(server.gatewayPID == gateway)
            #expect(try await device.summary?.state == .online)
            #expect(try await server.watchman("connect", "edge-1", "--", "true").status == 0)
        }
    }

    @Test func `a file in the socket's place is left alone`() async throws {
        try await Scratch.with { scratch in
            let server = try ServerFixture(scratch)
            try WholeFile.write("mine", to: server.socket, mode: 0o600)
            let result = try await server.launch().wait()
            #expect(result.status == 78)
            #expect(result.complaints == ["watchman: error: \(server.socket) is not a socket: move it away"])
            #expect(try WholeFile.read(server.socket) == Data("mine".utf8))
        }
    }

    @Test func `a state folder that is a file is left alone`() async throws {
        try await Scratch.with { scratch in
            let server = try ServerFixture(scratch)
            try WholeFile.write("mine", to: server.state, mode: 0o644)
            let result = try await server.launch().wait()
            #expect(result.status == 78)
            #expect(result.complaints == ["watchman: error: cannot use the folder \(server.state): not a directory"])
            let mode = try FileManager.default.attributesOfItem(atPath: server.state)[.posixPermissions] as? Int
            #expect(mode == 0o644)
            #expect(server.gatewayPID == nil)
        }
    }

    @Test func `a state folder on a file system that takes no writes is named`() async throws {
        try await Scratch.with { scratch in
            let server = try ServerFixture(scratch)
            let result = try await server.serve(after: "mount -t tmpfs -o ro none \"$1\"", server.folder)
            #expect(result.status == 78)
            #expect(result.complaints.count == 1)
            #expect(
                result.complaints.first?.hasPrefix("watchman: error: cannot read \(server.configurationFile)") == true)
            let state = "\(scratch.path)/readonly"
            try WholeFile.makeFolder(state, mode: 0o755)
            for folder in [state, "\(state)/below"] {
                try server.configure(["state": "\"\(folder)\""])
                let result = try await server.serve(after: "mount -t tmpfs -o ro none \"$1\"", state)
                #expect(result.status == 78)
                #expect(result.complaints.count == 1)
                #expect(result.errorText.contains("read-only file system"))
                #expect(result.errorText.contains(folder))
            }
        }
    }

    @Test func `a state folder that cannot exist is named, and the folder above it keeps its mode`() async throws {
        try await Scratch.with { scratch in
            let server = try ServerFixture(scratch, configuration: ["state": "\"/proc/watchman\""])
            // In a process namespace of its own, since a change of mode would show on the whole machine.
            let result = try await scratch.run([
                "unshare", "--pid", "--fork", "--mount-proc", "sh", "-c",
                "\"$@\"; status=$?; stat -c %a /proc; exit $status", "sh", scratch.binary, "serve", "--config",
                server.configurationFile,
            ])
            #expect(result.status == 78)
            #expect(
                result.complaints == [
                    "watchman: error: cannot create the folder /proc/watchman: no such file or directory"
                ])
            #expect(result.lines == ["555"])
        }
    }

    @Test func `a database of a newer watchman is left as it is`() async throws {
        try await ServerFixture.with { server in
            _ = try await server.register(try await server.token(), hostname: "edge-1")
            _ = try await server.stop()
            try server.edit("INSERT INTO grdb_migrations (identifier) VALUES ('v999')")
            let result = try await server.launch().wait()
            #expect(result.status == 78)
            #expect(
                result.complaints == [
                    "watchman: error: the database was written by a newer watchman: "
                        + "install that version, or restore an older backup"
                ])
            try server.edit("DELETE FROM grdb_migrations WHERE identifier = 'v999'")
            try await server.start()
            #expect(try await server.devices().map(\.name) == ["edge-1"])
        }
    }

    @Test func `a database that is none is named and left as it is`() async throws {
        try await ServerFixture.with { server in
            _ = try await server.stop()
            for file in ["watchman.db-wal", "watchman.db-shm"] { unlink("\(server.state)/\(file)") }
            try WholeFile.write("this is not a database, but a text\n", to: "\(server.state)/watchman.db", mode: 0o600)
            let result = try await server.launch().wait()
            #expect(result.status == 78)
            #expect(
                result.complaints == [
                    "watchman: error: cannot open \(server.state)/watchman.db: file is not a database"
                ])
        }
    }

    @Test(arguments: [
        "ca.key", "ca.pem", "tls.key", "tls.pem", "escrow.key", "user_ca", "host_ca", "gateway_host_key",
        "gateway_host_key-cert.pub",
    ])
    func `a server that finds its database without a key makes no new one`(file: String) async throws {
        try await ServerFixture.with { server in
            _ = try await server.stop()
            unlink("\(server.state)/\(file)")
            let result = try await server.launch().wait()
            #expect(result.status == 78)
            let hint = "watchman: hint: tar -xf BACKUP.tar -C \(server.state) escrow.key"
            #expect(
                result.complaints == [
                    "watchman: error: \(server.state)/\(file) is missing: restore it from a backup"
                ] + (file == "escrow.key" ? [hint] : []))
            #expect(!FileManager.default.fileExists(atPath: "\(server.state)/\(file)"))
        }
    }

    @Test(arguments: ["ca.key", "ca.pem", "tls.key", "tls.pem", "escrow.key", "user_ca", "host_ca", "gateway_host_key"])
    func `a damaged key is named`(file: String) async throws {
        try await ServerFixture.with { server in
            _ = try await server.stop()
            try WholeFile.write("damaged\n", to: "\(server.state)/\(file)", mode: 0o600)
            let result = try await server.launch().wait()
            #expect(result.status == 78)
            #expect(result.complaints.count == (file == "escrow.key" ? 2 : 1))
            #expect(result.errorText.contains("\(server.state)/\(file)"))
            #expect(try WholeFile.read("\(server.state)/\(file)") == Data("damaged\n".utf8))
        }
    }

    @Test func `without the right escrow key there is no start, and with it again there is`() async throws {
        try await ServerFixture.with { server in
            let file = "\(server.state)/escrow.key"
            _ = try await server.stop()
            let key = try #require(try WholeFile.read(file))
            let other = Data(repeating: 7, count: 32).base64EncodedString() + "\n"
            let mishaps: [(content: String?, cause: String)] = [
                ("", "\(file) is not a key: restore it from a backup"),
                (
                    other,
                    "\(file) is not the key that the database's secrets are sealed under: restore it from a backup"
                ),
                (other + "x\n", "\(file) is not a key: restore it from a backup"),
                (nil, "cannot read \(file): is a directory"),
            ]
            for (content, cause) in mishaps {
                unlink(file)
                if let content {
                    try WholeFile.write(content, to: file, mode: 0o600)
                } else {
                    mkdir(file, 0o700)
                }
                let result = try await server.launch().wait()
                #expect(result.status == 78)
                #expect(
                    result.complaints == [
                        "watchman: error: \(cause)",
                        "watchman: hint: tar -xf BACKUP.tar -C \(server.state) escrow.key",
                    ])
            }
            rmdir(file)
            try WholeFile.write(key, to: file, mode: 0o600)
            try await server.start()
        }
    }

    @Test func `an escrow key may be kept elsewhere, and is missed there`() async throws {
        try await ServerFixture.with { server in
            _ = try await server.stop()
            let elsewhere = "\(server.folder)/key/escrow.key"
            try WholeFile.makeFolder("\(server.folder)/key", mode: 0o700)
            #expect(rename("\(server.state)/escrow.key", elsewhere) == 0)
            try server.configure(["escrow-key": "\"\(elsewhere)\""])
            try await server.start()
            let rotated = try await server.watchman("admin", "keys", "rotate")
            #expect(rotated.status == 0 && rotated.text == "a new key is in use; secrets sealed under it: 1\n")
            let backup = try await server.watchman("backup", "create")
            #expect(backup.status == 0)
            let names = try await server.scratch.run(
                ["sh", "-c", "tar -tf \"$1\"/*.tar", "sh", "\(server.state)/backups"])
            #expect(names.lines.contains("watchman.db") && !names.lines.contains("escrow.key"))
            _ = try await server.stop()
            unlink(elsewhere)
            let result = try await server.launch().wait()
            #expect(result.status == 78)
            #expect(result.complaints.first == "watchman: error: \(elsewhere) is missing: restore it from a backup")
            #expect(!FileManager.default.fileExists(atPath: elsewhere))
        }
    }

    @Test func `a machine without sshd is told how to get it`() async throws {
        try await Scratch.with { scratch in
            let server = try ServerFixture(scratch)
            let sshd = try #require(Executables.find("sshd"))
            let result = try await server.serve(after: "mount --bind /dev/null \"$1\"", sshd)
            #expect(result.status == 78)
            #expect(
                result.complaints == [
                    "watchman: error: sshd is not installed",
                    "watchman: hint: watchman prereqs --role server --install",
                ])
        }
    }

    @Test(arguments: ["edge-user", "jump-user", "keys-user"])
    func `a login user that is not there is named`(key: String) async throws {
        try await Scratch.with { scratch in
            let server = try ServerFixture(scratch, configuration: [key: "\"nosuchuser\""])
            let result = try await server.launch().wait()
            #expect(result.status == 78)
            #expect(
                result.complaints == [
                    "watchman: error: the user nosuchuser does not exist on this machine",
                    "watchman: hint: sudo ./install.sh --server",
                ])
        }
    }

    @Test func `a binary where sshd would not run it is named`() async throws {
        try await Scratch.with { scratch in
            let server = try ServerFixture(scratch)
            chmod(scratch.path, 0o777)
            let result = try await server.launch().wait()
            chmod(scratch.path, 0o755)
            #expect(result.status == 78)
            #expect(result.complaints.count == 2)
            #expect(result.errorText.contains("\(scratch.binary) cannot look up keys for sshd"))
        }
    }

    @Test func `serve needs root`() async throws {
        try await Scratch.with { scratch in
            let result = try await scratch.run(
                ["setpriv", "--reuid=65534", "--clear-groups", scratch.binary, "serve"])
            #expect(result.status == 77)
            #expect(result.errorLines.first == "watchman: error: serve needs root")
        }
    }

    @Test(arguments: [
        ("nonsense = 1", "has unknown keys: nonsense"), ("api-port = 0", "api-port is 0"),
        ("api-port = 70000", "api-port is 70000"), ("state = \"relative\"", "state is 'relative'"),
        ("state = \"/has blank\"", "state is '/has blank'"), ("device-ports = \"5-1\"", "device-ports is '5-1'"),
        ("host = \"-oProxyCommand=x\"", "host is "), ("not toml", "line 1"), ("api-port = \"x\"", "api-port must be"),
    ])
    func `a wrong setting is named with its file or key`(line: String, cause: String) async throws {
        try await Scratch.with { scratch in
            let server = try ServerFixture(scratch)
            try WholeFile.write(line + "\n", to: server.configurationFile, mode: 0o644)
            let result = try await server.launch().wait()
            #expect(result.status == 78)
            #expect(result.errorLines.count == 1)
            #expect(result.errorText.contains(cause))
            #expect(!result.errorText.contains("DecodingError"))
            #expect(!FileManager.default.fileExists(atPath: "/var/lib/watchman"))
        }
    }
}

extension ServerFixture {
    /// Runs `serve` to its end in a mount namespace of its own, where a shell command, given `argument` as $1, came first.
    fileprivate func serve(after mount: String, _ argument: String) async throws -> Program.Outcome {
        let program = try self.scratch.start([
            "unshare", "--mount", "--propagation", "private", "sh", "-c", "\(mount) && shift && exec \"$@\"", "sh",
            argument, self.scratch.binary, "serve", "--config", self.configurationFile,
        ])
        return try await program.wait()
    }
}

extension Program.Outcome {
    /// What it printed on standard error besides its log's news.
    fileprivate var complaints: [String] { self.errorLines.filter { !$0.hasPrefix("info: ") } }
}
