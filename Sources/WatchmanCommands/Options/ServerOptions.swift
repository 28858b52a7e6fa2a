import ArgumentParser
import Foundation
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// Which server a command talks to: the one on this machine, or the one that `admin login` remembered.
struct ServerOptions: ParsableArguments {
    static let defaultSocket = "/run/watchman/api.sock"

    @Option(
        help:
            "Unix socket of a server on this machine. Default: $WATCHMAN_SOCKET, else \(ServerOptions.defaultSocket), else the server of `admin login`."
    )
    var socket: String?

    /// Lends a client to `body`.
    func withClient<Value: Sendable>(_ context: Context, _ body: (APIClient) async throws -> Value) async throws
        -> Value
    {
        let (address, key) = try self.resolve(context)
        return try await APIClient.with(address, apiKey: key, body)
    }

    /// The server and the key for it.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) if there is neither a server here nor a login.
    func resolve(_ context: Context) throws -> (ServerAddress, Secret?) {
        if let socket = self.socket ?? context.environment["WATCHMAN_SOCKET"] { return (.socket(socket), nil) }
        if FileManager.default.fileExists(atPath: Self.defaultSocket) { return (.socket(Self.defaultSocket), nil) }
        guard let login = try Login.read(context) else {
            // A folder we may not look into is not the same as no server.
            if FileManager.default.fileExists(atPath: "/run/watchman") && !Accounts.isRoot {
                throw WatchmanError(
                    .forbidden, "cannot use \(Self.defaultSocket): permission denied", hint: "sudo watchman devices")
            }
            throw WatchmanError(
                .unavailable, "no server runs on this machine, and no login to another is saved",
                hint: "watchman admin login --server https://tower.example:8443")
        }
        return (.remote(login.server, authority: login.authority), login.key)
    }
}

/// What `admin login` remembers (`login.json`, 0600).
struct Login: Codable, Sendable {
    var server: ServerURL
    var authority: String
    var key: Secret

    static func file(_ context: Context) -> String { "\(context.configurationFolder)/login.json" }

    static func read(_ context: Context) throws -> Login? {
        guard let data = try WholeFile.read(self.file(context)) else { return nil }
        guard let login = try? WireJSON.decode(Login.self, from: data) else {
            throw WatchmanError(.configuration, "\(self.file(context)) is damaged", hint: "watchman admin login")
        }
        return login
    }

    func write(_ context: Context) throws {
        try WholeFile.makeFolder(context.configurationFolder, mode: 0o700)
        try WholeFile.write(try WireJSON.encode(self, pretty: true), to: Self.file(context), mode: 0o600)
    }
}
