import Foundation
import TOMLKit
import WatchmanClient
import WatchmanCore
import WatchmanGateway
import WatchmanServer
import WatchmanSystem

/// The server's configuration file (`server.toml`). Every key has a default, so an empty file and no file are the same.
struct ServeConfiguration: Codable, Equatable {
    var host: String?
    var state: String?
    var apiAddress: String?
    var apiPort: Int?
    var apiSocket: String?
    var adminGroup: String?
    var gatewayState: String?
    var gatewayAddress: String?
    var gatewayPort: Int?
    var gatewayPorts: [Int]?
    var devicePorts: String?
    var edgeUser: String?
    var jumpUser: String?
    var keysUser: String?
    var backupFolder: String?
    var backupKeepDaily: Int?
    var backupKeepWeekly: Int?
    var backupKeepMonthly: Int?
    var escrowKey: String?
    var passwordMaxAge: String?
    var revealRotatesAfter: String?
    var requireSecondFactor: Bool?
    var loginLifetime: String?
    var oidc: ProviderConfiguration?

    enum CodingKeys: String, CodingKey {
        case host, state, oidc
        case apiAddress = "api-address"
        case apiPort = "api-port"
        case apiSocket = "api-socket"
        case adminGroup = "admin-group"
        case gatewayState = "gateway-state"
        case gatewayAddress = "gateway-address"
        case gatewayPort = "gateway-port"
        case gatewayPorts = "gateway-ports"
        case devicePorts = "device-ports"
        case edgeUser = "edge-user"
        case jumpUser = "jump-user"
        case keysUser = "keys-user"
        case backupFolder = "backup-folder"
        case backupKeepDaily = "backup-keep-daily"
        case backupKeepWeekly = "backup-keep-weekly"
        case backupKeepMonthly = "backup-keep-monthly"
        case escrowKey = "escrow-key"
        case passwordMaxAge = "password-max-age"
        case revealRotatesAfter = "reveal-rotates-after"
        case requireSecondFactor = "require-second-factor"
        case loginLifetime = "cli-login-ttl"
    }

    static let defaultFile = "/etc/watchman/server.toml"
    static let defaultState = "/var/lib/watchman"

    /// Reads the file; the default file may be missing.
    ///
    /// - Throws: `WatchmanError` (`configuration`) that names the file and the key.
    static func read(_ file: String?) throws -> ServeConfiguration {
        let path = file ?? self.defaultFile
        guard let data = try WholeFile.read(path) else {
            guard file == nil else { throw WatchmanError(.configuration, "cannot read \(path): no such file") }
            return ServeConfiguration()
        }
        do {
            return try TOMLDecoder(strictDecoding: true).decode(
                ServeConfiguration.self, from: try TOMLTable(string: String(decoding: data, as: UTF8.self)))
        } catch let error as TOMLParseError {
            throw WatchmanError(.configuration, "\(path) line \(error.source.begin.line): \(error.description)")
        } catch let error as UnexpectedKeysError {
            let keys = error.keys.keys.sorted().joined(separator: ", ")
            throw WatchmanError(.configuration, "\(path) has unknown keys: \(keys)")
        } catch DecodingError.keyNotFound(let key, _) {
            // What TOMLKit says of a value of another type.
            throw WatchmanError(.configuration, "\(path): \(key.stringValue) must be \(Self.form(key.stringValue))")
        } catch DecodingError.typeMismatch(_, let context) {
            let key = context.codingPath.last { $0.intValue == nil }?.stringValue ?? ""
            throw WatchmanError(.configuration, "\(path): \(key) must be \(Self.form(key))")
        } catch {
            throw WatchmanError(.configuration, "\(path): \(OutsideText.clean("\(error)", limit: 200))")
        }
    }

    /// The settings, defaults filled in and everything checked.
    ///
    /// - Throws: `WatchmanError` (`configuration`) that names the key.
    func settings(state: String?, host: String?) throws -> ServerSettings {
        let host = host ?? self.host
        if let host, !HostName.isValid(host) {
            throw WatchmanError(.configuration, "host is '\(host)': it must be a name or an address, without a port")
        }
        let ports = try Self.portRange(self.devicePorts ?? "20000-29999")
        let gatewayPort = try Self.port("gateway-port", self.gatewayPort ?? 2222)
        let apiPort = try Self.port("api-port", self.apiPort ?? ServerURL.defaultPort)
        let stateFolder = try Self.absolute("state", state ?? self.state ?? Self.defaultState)
        var settings = ServerSettings(
            stateFolder: stateFolder,
            address: self.apiAddress ?? "0.0.0.0", port: apiPort,
            socket: try Self.absolute("api-socket", self.apiSocket ?? ServerOptions.defaultSocket),
            adminGroup: self.adminGroup ?? "watchman", host: host,
            gateway: GatewaySettings(
                folder: try Self.absolute("gateway-state", self.gatewayState ?? "/var/lib/watchman-gateway"),
                address: self.gatewayAddress ?? "0.0.0.0", port: gatewayPort, firstPort: ports.lowerBound,
                lastPort: ports.upperBound, edgeUser: self.edgeUser ?? "wm-edge",
                jumpUser: self.jumpUser ?? "wm-jump", keysUser: self.keysUser ?? "wm-keys",
                helper: Executables.current),
            backups: BackupSettings(
                folder: try Self.absolute("backup-folder", self.backupFolder ?? "\(stateFolder)/backups"),
                configurationFile: Self.defaultFile, keep: try self.retention(),
                escrowKey: try self.escrowKey.map { try Self.absolute("escrow-key", $0) }))
        settings.gateway.otherPorts = try self.otherPorts(besides: [gatewayPort, apiPort])
        settings.passwords = try self.passwordPolicy()
        settings.requiresSecondFactor = self.requireSecondFactor ?? false
        settings.loginLifetime = try Self.loginLifetime(self.loginLifetime ?? "12h")
        settings.provider = try self.oidc?.settings()
        return settings
    }

    /// Further ports of the gateway. A port that two want would be a gateway that does not start.
    private func otherPorts(besides taken: Set<Int>) throws -> [Int] {
        let ports = try (self.gatewayPorts ?? []).map { try Self.port("gateway-ports", $0) }
        guard Set(ports).count == ports.count, taken.isDisjoint(with: ports) else {
            throw WatchmanError(.configuration, "gateway-ports must differ from each other, gateway-port and api-port")
        }
        return ports
    }

    private func passwordPolicy() throws -> PasswordPolicy {
        let span: (String, String?, Int, ClosedRange<Int>, String) throws -> Int = { key, text, standard, range, form in
            guard let text else { return standard }
            guard let span = TimeSpan(argument: text), range.contains(span.seconds) else {
                throw WatchmanError(.configuration, "\(key) is '\(text)': it must be \(form)")
            }
            return span.seconds
        }
        var policy = PasswordPolicy()
        policy.revealRotatesAfter = try span(
            "reveal-rotates-after", self.revealRotatesAfter, policy.revealRotatesAfter, 0...30 * 86400,
            "a time such as 1h, up to 30d")
        if self.passwordMaxAge == "never" {
            policy.maxAge = nil
        } else if let age = policy.maxAge {
            policy.maxAge = try span(
                "password-max-age", self.passwordMaxAge, age, 3600...3650 * 86400,
                "a time such as 30d, from 1h to 3650d, or never")
        }
        return policy
    }

    private static func loginLifetime(_ text: String) throws -> Int {
        guard let span = TimeSpan(argument: text), (60...30 * 86400).contains(span.seconds) else {
            throw WatchmanError(
                .configuration,
                "cli-login-ttl is '\(OutsideText.clean(text, limit: 40))': it must be a time from 1m to 30d, such as 12h"
            )
        }
        return span.seconds
    }

    private func retention() throws -> Retention {
        let count: (String, Int?, Int) throws -> Int = { key, value, standard in
            let value = value ?? standard
            guard (0...10_000).contains(value) else {
                throw WatchmanError(.configuration, "\(key) is \(value): it must be a number from 0 to 10000")
            }
            return value
        }
        return Retention(
            daily: try count("backup-keep-daily", self.backupKeepDaily, Retention.standard.daily),
            weekly: try count("backup-keep-weekly", self.backupKeepWeekly, Retention.standard.weekly),
            monthly: try count("backup-keep-monthly", self.backupKeepMonthly, Retention.standard.monthly))
    }

    private static func form(_ key: String) -> String {
        if key == CodingKeys.requireSecondFactor.rawValue { return "true or false" }
        if key.hasSuffix("-port") || key.hasPrefix("backup-keep-") { return "a number" }
        if key == CodingKeys.gatewayPorts.rawValue { return "a list of numbers" }
        if ["scopes", "domains", "admin", "operator", "viewer"].contains(key) { return "a list of texts" }
        return ["oidc", "roles"].contains(key) ? "a table" : "a text in quotes"
    }

    private static func port(_ key: String, _ value: Int) throws -> Int {
        guard (1...65535).contains(value) else {
            throw WatchmanError(.configuration, "\(key) is \(value): a port is a number from 1 to 65535")
        }
        return value
    }

    private static func portRange(_ text: String) throws -> ClosedRange<Int> {
        let ends = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            .map { $0.allSatisfy(ASCII.isDigit) ? Int(String(decoding: $0, as: UTF8.self)) ?? 0 : 0 }
        guard ends.count == 2, (1024...65535).contains(ends[0]), (ends[0]...65535).contains(ends[1]) else {
            throw WatchmanError(.configuration, "device-ports is '\(text)': it must look like 20000-29999")
        }
        return ends[0]...ends[1]
    }

    /// sshd dies at a reload when its files have relative paths, and a blank would split its configuration.
    static func absolute(_ key: String, _ path: String) throws -> String {
        guard path.utf8.first == UInt8(ascii: "/"),
            path.utf8.allSatisfy({ ASCII.isGraphic($0) && !"\"%#".utf8.contains($0) })
        else {
            throw WatchmanError(.configuration, "\(key) is '\(path)': it must be an absolute path without blanks")
        }
        return path
    }
}
