import Foundation
import Testing
import WatchmanCore
import WatchmanSystem

/// An admin at another machine: an API key over HTTPS, and the gateway on the way to the device.
@Suite(.sharedServer, .logs)
struct RemoteAdminTests {
    @Test func `with an API key another machine lists and enters devices`() async throws {
        let laptop = try Laptop(try SharedServer.server)
        let key = try await laptop.server.apiKey("laptop")
        let login = try await laptop.login(key)
        #expect(login.status == 0)
        #expect(login.lines == ["logged in to \(laptop.server.url): 2 devices"])
        #expect(login.errorText == "")
        let file = "\(laptop.home)/config/watchman/login.json"
        let mode: (String) throws -> Int? = {
            try FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions] as? Int
        }
        #expect(try mode(file) == 0o600)
        #expect(try mode("\(laptop.home)/config/watchman") == 0o700)
        let list = try await laptop.watchman("devices", "--quiet")
        #expect(list.lines == [try SharedServer.device.id, try SharedServer.otherDevice.id])
        let result = try await laptop.watchman("connect", "edge-1", "--", "cat; exit 5", input: .text("hello\n"))
        #expect(result.status == 5)
        #expect(result.text == "hello\n")
        #expect(result.errorText == "")
        let log = try String(contentsOfFile: "\(laptop.server.gateway)/sshd.log", encoding: .utf8)
        #expect(log.contains("Accepted publickey for \(ServerFixture.jumpUser) from 127.0.0.1"))
        #expect(log.contains("key:\(key.id)"))
    }

    @Test func `the key can come from a file, and nothing shows it`() async throws {
        let laptop = try Laptop(try SharedServer.server)
        let key = try await laptop.server.apiKey("laptop")
        try WholeFile.write("\(key.text.revealed)\n", to: "\(laptop.home)/key", mode: 0o600)
        let result = try await laptop.watchman(
            "admin", "login", "--server", laptop.server.url, "--key-file", "\(laptop.home)/key")
        #expect(result.status == 0)
        #expect(!result.text.contains(key.secret.revealed))
        let keys = try await laptop.watchman("admin", "keys")
        #expect(keys.text.contains(key.id))
        #expect(!keys.text.contains(key.secret.revealed))
    }

    @Test func `scp works from another machine`() async throws {
        let laptop = try Laptop(try SharedServer.server)
        _ = try await laptop.login(try await laptop.server.apiKey("laptop"))
        let configuration = try await laptop.watchman("devices", "ssh-config")
        try WholeFile.write(configuration.output, to: "\(laptop.home)/ssh.conf", mode: 0o600)
        try WholeFile.write("content\n", to: "\(laptop.home)/sent", mode: 0o600)
        let scp = try await laptop.server.scratch.run(
            ["scp", "-q", "-F", "\(laptop.home)/ssh.conf", "\(laptop.home)/sent", "edge-2.wm:\(laptop.home)/copied"],
            environment: laptop.environment)
        #expect(scp.status == 0, "\(scp.errorText)")
        #expect(try WholeFile.read("\(laptop.home)/copied") == Data("content\n".utf8))
    }

    @Test func `a key with a scope knows its devices alone`() async throws {
        let laptop = try Laptop(try SharedServer.server)
        let key = try await laptop.server.apiKey(
            "branch", ["--role", "operator", "--scope", "name=edge-1", "--ttl", "1h"])
        #expect(try await laptop.login(key).status == 0)
        #expect(try await laptop.watchman("devices", "--quiet").lines == [try SharedServer.device.id])
        let other = try SharedServer.otherDevice.id
        for arguments in [
            ["devices", "show", other], ["devices", "show", "edge-2"], ["connect", other, "--", "true"],
        ] {
            let result = try await laptop.start(arguments).wait()
            #expect(result.status != 0 && result.text == "")
            #expect(result.errorLines.first?.hasPrefix("watchman: error: no device '") == true)
        }
        let token = try await laptop.watchman("admin", "tokens", "create")
        #expect(token.status == 77 && token.errorText.contains("outside your scope, name=edge-1"))
        let renamed = try await laptop.watchman("devices", "rename", "edge-1", "mine")
        #expect(renamed.status == 77 && renamed.errorText.contains("out of your scope"))
        for arguments in [["admin", "jobs"], ["admin", "users"], ["backup", "list"]] {
            #expect(try await laptop.start(arguments).wait().status == 77)
        }
        let entered = try await laptop.watchman("connect", "edge-1", "--", "echo hello")
        #expect(entered.status == 0 && entered.text == "hello\n")
        let listed = try await laptop.server.watchman("admin", "keys")
        #expect(listed.lines.first?.hasPrefix("ID        STATE") == true)
        #expect(listed.lines.contains { $0.hasPrefix(key.id) && $0.contains("name=edge-1") })
    }

    @Test func `a wrong key is refused and no login is saved`() async throws {
        let laptop = try Laptop(try SharedServer.server)
        let right = try await laptop.server.apiKey("laptop")
        let wrong = try Credential(
            "wmk1.\(right.pin).\(right.id).\(String(repeating: "a", count: 26))", kind: .apiKey)
        let result = try await laptop.login(wrong)
        #expect(result.status == 77)
        #expect(result.text == "")
        #expect(result.errorLines.first?.hasPrefix("watchman: error: the API key is not ") == true)
        #expect(!FileManager.default.fileExists(atPath: "\(laptop.home)/config/watchman/login.json"))
    }

    @Test func `a revoked key is refused, for a new login and for an old one`() async throws {
        let laptop = try Laptop(try SharedServer.server)
        let key = try await laptop.server.apiKey("laptop")
        #expect(try await laptop.login(key).status == 0)
        #expect(try await laptop.server.watchman("admin", "keys", "revoke", key.id).lines == ["\(key.id) is revoked"])
        for arguments in [["devices"], ["connect", "edge-1", "--", "true"], ["admin", "tokens"]] {
            let result = try await laptop.start(arguments).wait()
            #expect(result.status == 77)
            #expect(result.text == "")
            #expect(result.errorLines.first?.hasPrefix("watchman: error: ") == true)
        }
        #expect(try await laptop.login(key).status == 77)
    }

    @Test(arguments: ["", "wmk1.x.y.z", "JOIN"])
    func `what is not an API key goes no further`(text: String) async throws {
        let laptop = try Laptop(try SharedServer.server)
        let token = try await laptop.server.token()
        let result = try await laptop.watchman(
            "admin", "login", "--server", laptop.server.url, input: .text(text == "JOIN" ? token.text.revealed : text))
        #expect(result.status == 64)
        #expect(result.errorLines.count == 1)
        #expect(!result.errorText.contains(token.secret.revealed))
    }

    @Test func `an API key for another server is not sent`() async throws {
        let laptop = try Laptop(try SharedServer.server)
        let key = Credential(new: .apiKey, pin: String(repeating: "A", count: 43))
        let result = try await laptop.login(key)
        #expect(result.status == 77)
        #expect(result.errorText.contains("is not the server that made this"))
    }

    @Test func `without a server and a login a command says how to get one`() async throws {
        let laptop = try Laptop(try SharedServer.server)
        let result = try await laptop.watchman("devices")
        #expect(result.status == 69)
        #expect(
            result.errorLines == [
                "watchman: error: no server runs on this machine, and no login to another is saved",
                "watchman: hint: watchman admin login --server https://tower.example:8443",
            ])
    }

    @Test func `a damaged login is named`() async throws {
        let laptop = try Laptop(try SharedServer.server)
        let file = "\(laptop.home)/config/watchman/login.json"
        try WholeFile.makeFolder("\(laptop.home)/config/watchman", mode: 0o700)
        try WholeFile.write("{", to: file, mode: 0o600)
        let result = try await laptop.watchman("devices")
        #expect(result.status == 78)
        #expect(result.errorLines.first == "watchman: error: \(file) is damaged")
    }
}
