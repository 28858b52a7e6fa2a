import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanServer

@testable import WatchmanCommands

/// The table `[oidc]` and what goes with it.
@Suite struct ProviderConfigurationTests {
    static let least = "issuer = \"https://login.example.org\"\nclient-id = \"watchman\"\n"

    /// The settings of a file of this content, which may name files of the folder `DIR`.
    private static func read(_ content: String, files: [String: (text: String, mode: Int)] = [:]) throws
        -> ServerSettings
    {
        try TemporaryFolder.with { (folder: String) in
            for (name, file) in files {
                try Data(file.text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
                try FileManager.default.setAttributes(
                    [.posixPermissions: file.mode], ofItemAtPath: "\(folder)/\(name)")
            }
            let text = content.replacing("DIR", with: folder)
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/server.toml"))
            do {
                return try ServeConfiguration.read("\(folder)/server.toml").settings(state: nil, host: nil)
            } catch let error as WatchmanError {
                throw WatchmanError(error.code, error.message.replacing(folder, with: "DIR"))
            }
        }
    }

    private static func error(_ content: String, files: [String: (text: String, mode: Int)] = [:]) throws
        -> WatchmanError?
    {
        #expect(throws: WatchmanError.self) { try self.read(content, files: files) }
    }

    @Test func `an address and a client are enough`() throws {
        let settings = try Self.read("[oidc]\n\(Self.least)")
        #expect(
            settings.provider == ProviderSettings(issuer: "https://login.example.org", clientID: "watchman"))
        #expect(settings.provider?.userClaim == "preferred_username" && settings.provider?.roles == nil)
        #expect(try Self.read("").provider == nil)
    }

    @Test func `every key arrives where it belongs`() throws {
        let settings = try Self.read(
            """
            cli-login-ttl = "30m"
            [oidc]
            \(Self.least)
            client-secret-file = "DIR/secret"
            name = "Example login"
            scopes = ["openid", "groups"]
            user-claim = "email"
            domains = ["Example.org"]
            groups-claim = "roles"
            [oidc.roles]
            admin = ["ops", "root"]
            viewer = ["staff"]
            """, files: ["secret": ("  s3cret\n", 0o600)])
        #expect(settings.loginLifetime == 1800)
        #expect(
            settings.provider
                == ProviderSettings(
                    issuer: "https://login.example.org", clientID: "watchman", clientSecret: Secret("s3cret"),
                    name: "Example login", scopes: ["groups"], userClaim: "email", domains: ["example.org"],
                    groupsClaim: "roles", roles: [.admin: ["ops", "root"], .viewer: ["staff"]]))
    }

    @Test(arguments: [
        ("client-id = \"x\"", "oidc: issuer is missing"), ("issuer = \"https://a\"", "oidc: client-id is missing"),
        ("issuer = \"http://login.example.org\"\nclient-id = \"x\"", "oidc: issuer is 'http://login.example.org'"),
        ("issuer = \"login.example.org\"\nclient-id = \"x\"", "oidc: issuer is 'login.example.org'"),
        ("issuer = 7\nclient-id = \"x\"", "DIR/server.toml: issuer must be a text in quotes"),
        ("issuer = \"https://a\"\nclient-id = \"a b\"", "oidc: client-id is 'a b'"),
        ("\(least)issuerr = \"x\"", "DIR/server.toml has unknown keys: issuerr"),
        ("\(least)scopes = \"openid\"", "DIR/server.toml: scopes must be a list of texts"),
        ("\(least)scopes = [\"a b\"]", "oidc: scopes is 'a b'"),
        ("\(least)domains = [\"@example.org\"]", "oidc: domains has '@example.org'"),
        ("\(least)name = \"a\\nb\"", "oidc: name is 'ab'"), ("\(least)user-claim = \"\"", "oidc: user-claim is ''"),
        ("\(least)roles = { boss = [\"ops\"] }", "oidc: roles has 'boss'"),
        ("\(least)client-secret-file = \"secret\"", "oidc: client-secret-file is 'secret'"),
        ("\(least)client-secret-file = \"DIR/none\"", "oidc: client-secret-file: DIR/none: no such file"),
        (
            "\(least)client-secret-file = \"DIR/open\"",
            "oidc: client-secret-file: others than its owner can read DIR/open"
        ),
        ("\(least)client-secret-file = \"DIR/empty\"", "oidc: client-secret-file: DIR/empty is empty"),
        ("\(least)ca-file = \"DIR/none\"", "oidc: ca-file: DIR/none: no such file"),
        ("\(least)ca-file = \"DIR/open\"", "oidc: ca-file: DIR/open has no certificate"),
    ]) func `what cannot be is told with its key`(content: String, message: String) throws {
        let files: [String: (text: String, mode: Int)] = ["open": ("s3cret", 0o640), "empty": (" \n", 0o600)]
        let error = try Self.error("[oidc]\n\(content)\n", files: files)
        #expect(error?.code == .configuration)
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("s3cret") == false)
    }

    @Test func `a mistake in the table is told with its line`() throws {
        let error = try Self.error("[oidc]\nissuer = \"https://a\"\nclient-id = \n")
        #expect(error?.message.hasPrefix("DIR/server.toml line 3: ") == true)
    }

    @Test(arguments: ["", "12", "0h", "31d", "-1h", "12 h", "1h30m", "forever"])
    func `how long a login lasts is a time`(text: String) throws {
        let error = try Self.error("cli-login-ttl = \"\(text)\"")
        #expect(error?.message.hasPrefix("cli-login-ttl is '\(text)': it must be a time from 1m to 30d") == true)
    }
}
