import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanGateway
import WatchmanServer

@testable import WatchmanCommands

@Suite struct ServeConfigurationTests {
    /// What a file of this content is read as.
    private static func read(_ content: String) throws -> ServeConfiguration {
        try TemporaryFolder.with { (folder: String) in
            try Data(content.utf8).write(to: URL(fileURLWithPath: "\(folder)/server.toml"))
            do {
                return try ServeConfiguration.read("\(folder)/server.toml")
            } catch let error as WatchmanError {
                throw WatchmanError(error.code, error.message.replacing(folder, with: ""))
            }
        }
    }

    private static func error(_ content: String) throws -> WatchmanError? {
        #expect(throws: WatchmanError.self) { try self.read(content).settings(state: nil, host: nil) }
    }

    @Test func `without a file the defaults hold`() throws {
        let settings = try ServeConfiguration().settings(state: nil, host: nil)
        #expect(settings.stateFolder == "/var/lib/watchman" && settings.host == nil)
        #expect(settings.address == "0.0.0.0" && settings.port == 8443)
        #expect(settings.socket == "/run/watchman/api.sock" && settings.adminGroup == "watchman")
        let gateway = settings.gateway
        #expect(gateway.folder == "/var/lib/watchman-gateway" && gateway.address == "0.0.0.0" && gateway.port == 2222)
        #expect(gateway.firstPort == 20000 && gateway.lastPort == 29999)
        #expect(gateway.edgeUser == "wm-edge" && gateway.jumpUser == "wm-jump" && gateway.keysUser == "wm-keys")
        #expect(gateway.helper.hasPrefix("/"))
        #expect(settings.backups.folder == "/var/lib/watchman/backups" && settings.backups.keep == .standard)
        #expect(settings.backups.configurationFile == "/etc/watchman/server.toml" && settings.backups.escrowKey == nil)
        #expect(settings.passwords == PasswordPolicy(maxAge: 30 * 86400, revealRotatesAfter: 3600))
        #expect(try Self.read("") == ServeConfiguration())
        #expect(try Self.read("# only a comment\n") == ServeConfiguration())
    }

    @Test func `every line of the sample file can be taken into use`() throws {
        let root = URL(fileURLWithPath: #filePath).appending(path: "../../..").standardized
        let sample = String(decoding: try Data(contentsOf: root.appending(path: "deploy/server.toml")), as: UTF8.self)
        let lines = sample.split(separator: "\n").map { $0.hasPrefix("#") && !$0.hasPrefix("# ") ? $0.dropFirst() : $0 }
        let configuration = try Self.read(lines.joined(separator: "\n"))
        #expect(configuration != ServeConfiguration())
        let settings = try configuration.settings(state: nil, host: nil)
        let defaults = try ServeConfiguration().settings(state: nil, host: nil)
        #expect(settings.host == "tower.example.org")
        #expect(settings.port == defaults.port && settings.gateway == defaults.gateway, "each line shows a default")
        #expect(settings.backups.folder == defaults.backups.folder && settings.backups.keep == defaults.backups.keep)
        #expect(settings.passwords == defaults.passwords)
        #expect(lines.count { $0.contains("=") && !$0.hasPrefix("#") } == 12)
        #expect(settings.loginLifetime == defaults.loginLifetime && settings.provider == nil)
    }

    @Test func `every key arrives where it belongs`() throws {
        let settings = try Self.read(
            """
            host = "tower.example"
            state = "/srv/state"
            api-address = "192.0.2.1"
            api-port = 443
            api-socket = "/srv/api.sock"
            admin-group = "ops"
            gateway-state = "/srv/gateway"
            gateway-address = "192.0.2.2"
            gateway-port = 22222
            device-ports = "30000-30009"
            edge-user = "e"
            jump-user = "j"
            keys-user = "k"
            backup-folder = "/srv/backups"
            backup-keep-daily = 1
            backup-keep-weekly = 0
            backup-keep-monthly = 3
            escrow-key = "/run/keys/escrow"
            password-max-age = "7d"
            reveal-rotates-after = "10m"
            require-second-factor = true
            """
        ).settings(state: nil, host: nil)
        #expect(settings.host == "tower.example" && settings.stateFolder == "/srv/state")
        #expect(settings.address == "192.0.2.1" && settings.port == 443 && settings.socket == "/srv/api.sock")
        #expect(settings.adminGroup == "ops")
        let gateway = settings.gateway
        #expect(gateway.folder == "/srv/gateway" && gateway.address == "192.0.2.2" && gateway.port == 22222)
        #expect(gateway.firstPort == 30000 && gateway.lastPort == 30009)
        #expect([gateway.edgeUser, gateway.jumpUser, gateway.keysUser] == ["e", "j", "k"])
        #expect(settings.backups.folder == "/srv/backups")
        #expect(settings.backups.keep == Retention(daily: 1, weekly: 0, monthly: 3))
        #expect(settings.backups.escrowKey == "/run/keys/escrow")
        #expect(settings.passwords == PasswordPolicy(maxAge: 7 * 86400, revealRotatesAfter: 600))
        #expect(settings.requiresSecondFactor)
    }

    @Test func `passwords may be as old as they like`() throws {
        let settings = try Self.read("password-max-age = \"never\"").settings(state: nil, host: nil)
        #expect(settings.passwords == PasswordPolicy(maxAge: nil))
    }

    @Test(arguments: [
        ("password-max-age", "59m"), ("password-max-age", "3651d"), ("password-max-age", ""),
        ("password-max-age", "30"), ("password-max-age", "-1d"), ("reveal-rotates-after", "31d"),
        ("reveal-rotates-after", "never"), ("reveal-rotates-after", "1w"),
    ])
    func `a time that is none is named with its key`(key: String, value: String) throws {
        let error = try Self.error("\(key) = \"\(value)\"")
        #expect(error?.code == .configuration)
        #expect(error?.message.hasPrefix("\(key) is '\(value)': it must be a time such as ") == true)
    }

    @Test func `the command line wins over the file`() throws {
        let settings = try Self.read("host = \"a.example\"\nstate = \"/a\"").settings(state: "/b", host: "b.example")
        #expect(settings.host == "b.example" && settings.stateFolder == "/b")
    }

    @Test func `an unknown key is named`() throws {
        let error = try Self.error("api-port = 1\napi-prot = 2\ntower = 3\n")
        #expect(error == WatchmanError(.configuration, "/server.toml has unknown keys: api-prot, tower"))
    }

    @Test func `a mistake in the file is told with its line`() throws {
        let error = try Self.error("api-port = 1\napi-port = \n")
        #expect(error?.code == .configuration)
        #expect(error?.message.hasPrefix("/server.toml line 2: ") == true)
    }

    @Test(arguments: [
        "api-port = \"x\"", "host = 7", "gateway-port = 1.5", "device-ports = [1, 2]", "require-second-factor = 1",
    ])
    func `a value of the wrong kind is told with the file`(content: String) throws {
        let error = try Self.error(content)
        #expect(error?.code == .configuration)
        #expect(error?.message.hasPrefix("/server.toml: ") == true)
    }

    @Test(arguments: [
        ("api-port", "0"), ("api-port", "65536"), ("api-port", "-1"), ("gateway-port", "0"), ("gateway-port", "70000"),
    ])
    func `a port that is none is named with its key`(key: String, value: String) throws {
        let error = try Self.error("\(key) = \(value)")
        #expect(
            error == WatchmanError(.configuration, "\(key) is \(value): a port is a number from 1 to 65535"))
    }

    @Test(arguments: ["backup-keep-daily = -1", "backup-keep-weekly = 10001", "backup-keep-monthly = \"x\""])
    func `a number of backups to keep that is none is named with its key`(content: String) throws {
        let error = try Self.error(content)
        #expect(error?.code == .configuration)
        #expect(error?.message.contains(content.prefix { $0 != " " }) == true)
    }

    @Test(arguments: [
        "", "20000", "20000-", "-20000", "x-y", "20000-19999", "1023-2000", "20000-65536", "1-2-3", "20000 - 20009",
        "20000\u{2013}20009",
        "\u{661}000-2000", "20000-\u{301}20009", "20000--20009", "+20000-20009", "-20000-20009", "20000-20009-",
    ])
    func `a range of ports that is none is told`(text: String) throws {
        let error = try Self.error("device-ports = \"\(text)\"")
        #expect(
            error
                == WatchmanError(.configuration, "device-ports is '\(text)': it must look like 20000-29999"))
    }

    @Test(
        arguments: ["state", "api-socket", "gateway-state", "backup-folder", "escrow-key"],
        ["relative", "", "./x", "/a b", "/a%h", "/a#b", "/a\\\"b", "/ä", "~/x"])
    func `a path that is relative or has odd bytes is named with its key`(key: String, path: String) throws {
        let error = try Self.error("\(key) = \"\(path)\"")
        #expect(error?.code == .configuration)
        #expect(error?.message.hasPrefix("\(key) is '") == true)
        #expect(error?.message.hasSuffix("': it must be an absolute path without blanks") == true)
    }

    @Test(arguments: [
        "", "tower:8443", "https://tower", "-oProxyCommand", "a b", "tower/", "[::1]", "t\\u00f6wer", "x\\ny",
    ])
    func `a host that is none is told`(host: String) throws {
        let error = try Self.error("host = \"\(host)\"")
        #expect(error?.code == .configuration)
        #expect(error?.message.hasPrefix("host is '") == true)
    }

    @Test(arguments: ["tower", "tower.example.org", "192.0.2.1", "2001:db8::1"])
    func `a host is a name or an address`(host: String) throws {
        #expect(try Self.read("host = \"\(host)\"").settings(state: nil, host: nil).host == host)
    }

    @Test func `a file that was asked for must be there, the default one need not`() throws {
        let error = #expect(throws: WatchmanError.self) { try ServeConfiguration.read("/nonexistent/server.toml") }
        #expect(error == WatchmanError(.configuration, "cannot read /nonexistent/server.toml: no such file"))
    }
}
