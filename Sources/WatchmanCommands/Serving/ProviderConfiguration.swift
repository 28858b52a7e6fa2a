import Foundation
import WatchmanCore
import WatchmanServer
import WatchmanSystem

/// The table `[oidc]` of the server's configuration file.
struct ProviderConfiguration: Codable, Equatable {
    var issuer: String?
    var clientID: String?
    var clientSecretFile: String?
    var name: String?
    var scopes: [String]?
    var userClaim: String?
    var domains: [String]?
    var groupsClaim: String?
    var roles: [String: [String]]?
    var certificateFile: String?

    enum CodingKeys: String, CodingKey {
        case issuer, name, scopes, domains, roles
        case clientID = "client-id"
        case clientSecretFile = "client-secret-file"
        case userClaim = "user-claim"
        case groupsClaim = "groups-claim"
        case certificateFile = "ca-file"
    }

    /// The settings, everything checked and the files read.
    ///
    /// - Throws: `WatchmanError` (`configuration`) that names the key.
    func settings() throws -> ProviderSettings {
        let issuer = try Self.text("issuer", self.issuer)
        guard ProviderSettings.isIssuer(issuer) else {
            throw Self.error("issuer is '\(issuer)': it must look like https://login.example.org, without a query")
        }
        let name = try Self.text("name", self.name ?? "single sign-on")
        guard OutsideText.clean(name, limit: 40) == name else {
            throw Self.error("name is '\(OutsideText.clean(name, limit: 40))': it must be one line of at most 40 bytes")
        }
        let lists = [("scopes", self.scopes), ("domains", self.domains)]
        for (key, list) in lists {
            for word in list ?? [] { _ = try Self.text(key, word) }
        }
        if let domain = self.domains?.first(where: { !HostName.isValid($0) }) {
            throw Self.error("domains has '\(domain)': it must be a name such as example.org")
        }
        return ProviderSettings(
            issuer: issuer, clientID: try Self.text("client-id", self.clientID),
            clientSecret: try self.clientSecretFile.map(Self.secret), name: name,
            scopes: self.scopes?.filter { $0 != "openid" } ?? ["profile", "email"],
            userClaim: try Self.text("user-claim", self.userClaim ?? "preferred_username"),
            domains: (self.domains ?? []).map { $0.lowercased() },
            groupsClaim: try Self.text("groups-claim", self.groupsClaim ?? "groups"),
            roles: try self.roles.map(Self.roles), authorities: try self.certificateFile.map(Self.authorities))
    }

    private static func error(_ text: String) -> WatchmanError { WatchmanError(.configuration, "oidc: \(text)") }

    private static func text(_ key: String, _ value: String?) throws -> String {
        guard let value else { throw self.error("\(key) is missing") }
        let isPlain = key == "name" || value.utf8.allSatisfy(ASCII.isGraphic)
        guard !value.isEmpty, value.utf8.count <= 300, isPlain else {
            throw self.error("\(key) is '\(OutsideText.clean(value, limit: 100))': it must be a word without blanks")
        }
        return value
    }

    private static func roles(_ roles: [String: [String]]) throws -> [Role: [String]] {
        try Dictionary(
            roles.map { name, groups in
                guard let role = Role(rawValue: name) else {
                    throw self.error(
                        "roles has '\(OutsideText.clean(name, limit: 40))': there are admin, operator and viewer")
                }
                return (role, groups)
            }, uniquingKeysWith: +)
    }

    /// A secret that others can read is none.
    private static func secret(_ file: String) throws -> Secret {
        let (key, path) = ("client-secret-file", try ServeConfiguration.absolute("oidc: client-secret-file", file))
        let bytes = try self.content(key, path).prefix(4096)
        // What a link to it allows says nothing.
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        guard let mode, mode & 0o077 == 0 else {
            throw WatchmanError(
                .configuration, "oidc: \(key): others than its owner can read \(path)", hint: "sudo chmod 600 \(path)")
        }
        let text = bytes.filter { !ASCII.isSpace($0) }
        guard !text.isEmpty else { throw self.error("\(key): \(path) is empty") }
        return Secret(String(decoding: text, as: UTF8.self))
    }

    private static func authorities(_ file: String) throws -> String {
        let path = try ServeConfiguration.absolute("oidc: ca-file", file)
        let text = String(decoding: try self.content("ca-file", path), as: UTF8.self)
        guard ProviderSettings.areAuthorities(text) else {
            throw self.error("ca-file: \(path) has no certificate that can be read")
        }
        return text
    }

    private static func content(_ key: String, _ path: String) throws -> Data {
        guard let data = try WholeFile.read(path) else { throw self.error("\(key): \(path): no such file") }
        return data
    }
}
