public import WatchmanClient
public import WatchmanCore
import WatchmanSystem

/// What a registered device keeps (`agent.json`, 0600). The only secret in it is the password for the site's proxy.
public struct AgentConfiguration: Codable, Hashable, Sendable {
    /// The server's address as `register` was given it.
    public var server: ServerURL
    /// The server's CA certificate, PEM, checked against the token's pin.
    public var authority: String
    /// The pin.
    public var pin: String
    /// What the server gave.
    public var enrolment: Enrolment
    /// Path of the private key.
    public var keyFile: String
    /// Port of the device's own sshd.
    public var sshdPort: Int
    /// The files of its public host keys, or nil to ask the machine's sshd.
    public var hostKeyFiles: [String]?
    /// The site's HTTP proxy, or nil if the server is reached without one.
    public var proxy: HTTPProxy?
    /// How the device's network is; nil if nobody has said, which is `wired`.
    public var profile: NetworkProfile?

    /// Reads a site's configuration, or nil if the device is not registered.
    ///
    /// - Throws: `WatchmanError` (`configuration`) if the file is damaged.
    public static func read(_ site: EdgeSite) throws -> AgentConfiguration? {
        guard let data = try WholeFile.read(site.configurationFile) else { return nil }
        guard let value = try? WireJSON.decode(AgentConfiguration.self, from: data) else {
            throw WatchmanError(
                .configuration, "\(site.configurationFile) is damaged", hint: "watchman agent uninstall")
        }
        return value
    }

    /// Reads a site's configuration.
    ///
    /// - Throws: `WatchmanError` (`configuration`) if the device is not registered.
    public static func require(_ site: EdgeSite) throws -> AgentConfiguration {
        guard let value = try self.read(site) else {
            throw WatchmanError(
                .configuration, "this device is not registered: there is no \(site.configurationFile)",
                hint: "watchman register --server https://tower.example:8443")
        }
        return value
    }

    /// Writes the file whole.
    public func write(_ site: EdgeSite) throws {
        try WholeFile.write(try WireJSON.encode(self, pretty: true), to: site.configurationFile, mode: 0o600)
    }

    /// How to reach the server.
    public var address: ServerAddress { .remote(self.server, authority: self.authority) }

    /// Where the tunnel goes.
    func route(_ site: EdgeSite) -> TunnelRoute {
        var route = TunnelRoute(
            host: self.enrolment.gatewayHost ?? self.server.host, gatewayPort: self.enrolment.gatewayPort,
            user: self.enrolment.gatewayUser, port: self.enrolment.port, localPort: self.sshdPort, key: self.keyFile,
            knownHosts: site.knownHostsFile, dial: Self.dialCommand(site))
        route.holdsSession = self.enrolment.holdsSession == true
        return route
    }

    /// The device's key.
    func key() throws -> SSHPrivateKey {
        guard let data = try WholeFile.read(self.keyFile) else {
            throw WatchmanError(.configuration, "the key \(self.keyFile) is missing", hint: "watchman register")
        }
        return try SSHPrivateKey(text: String(decoding: data, as: UTF8.self))
    }
}
