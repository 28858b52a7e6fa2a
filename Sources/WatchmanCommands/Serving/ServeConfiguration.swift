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
    var devicePorts: String?
    var edgeUser: String?
    var jumpUser: String?
    var keysUser: String?

    enum CodingKeys: String, CodingKey {
        case host, state
        case apiAddress = "api-address"
        case apiPort = "api-port"
        case apiSocket = "api-socket"
        case adminGroup = "admin-group"
        case gatewayState = "gateway-state"
        case gatewayAddress = "gateway-address"
        case gatewayPort = "gateway-port"
        case devicePorts = "device-ports"
        case edgeUser = "edge-user"
        case jumpUser = "jump-user"
        case keysUser = "keys-user"
    }

    static let defaultFile = "/etc/watchman/server.toml"

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
        } catch {
            throw WatchmanError(.configuration, "\(path): \(OutsideText.clean("\(error)", limit: 200))")
        }
    }

    /// The settings, defaults filled in and everything checked.
    ///
    /// - Throws: `WatchmanError` (`configuration`) that names the key.
    func settings(state: String?, host: String?) throws -> ServerSettings {
        let host = host ?? self.host
        if let host, !ServerURL.isHost(host) {
            throw WatchmanError(.configuration, "host is '\(host)': it must be a name or an address, without a port")
        }
        let ports = try Self.portRange(self.devicePorts ?? "20000-29999")
        let gatewayPort = try Self.port("gateway-port", self.gatewayPort ?? 2222)
        let apiPort = try Self.port("api-port", self.apiPort ?? ServerURL.defaultPort)
        return ServerSettings(
            stateFolder: try Self.absolute("state", state ?? self.state ?? "/var/lib/watchman"),
            address: self.apiAddress ?? "0.0.0.0", port: apiPort,
            socket: try Self.absolute("api-socket", self.apiSocket ?? ServerOptions.defaultSocket),
            adminGroup: self.adminGroup ?? "watchman", host: host,
            gateway: GatewaySettings(
                folder: try Self.absolute("gateway-state", self.gatewayState ?? "/var/lib/watchman-gateway"),
                address: self.gatewayAddress ?? "0.0.0.0", port: gatewayPort, firstPort: ports.lowerBound,
                lastPort: ports.upperBound, edgeUser: self.edgeUser ?? "wm-edge",
                jumpUser: self.jumpUser ?? "wm-jump", keysUser: self.keysUser ?? "wm-keys",
                helper: Executables.current))
    }

    private static func form(_ key: String) -> String { key.hasSuffix("-port") ? "a number" : "a text in quotes" }

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
    private static func absolute(_ key: String, _ path: String) throws -> String {
        guard path.utf8.first == UInt8(ascii: "/"),
            path.utf8.allSatisfy({ ASCII.isGraphic($0) && !"\"%#".utf8.contains($0) })
        else {
            throw WatchmanError(.configuration, "\(key) is '\(path)': it must be an absolute path without blanks")
        }
        return path
    }
}
