import ArgumentParser
import Foundation
import Glibc
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
    /// When the key ends, or nil.
    var expiresAt: Date?
    /// Whether a person approved the key in the browser, so that it is for this login alone.
    var isApproved: Bool?

    static func file(_ context: Context) -> String { "\(context.configurationFolder)/login.json" }

    static func read(_ context: Context) throws -> Login? {
        guard let data = try WholeFile.read(self.file(context)) else { return nil }
        guard let login = try? WireJSON.decode(Login.self, from: data) else {
            throw WatchmanError(.configuration, "\(self.file(context)) is damaged", hint: "watchman admin login")
        }
        return login
    }

    /// An error that says how to log in again, if it is about the key of a login by browser.
    static func explained(_ error: WatchmanError, _ context: Context) -> WatchmanError {
        guard error.code == .unauthenticated, error.hint == "watchman admin login", let login = try? self.read(context),
            login.isApproved ?? false, let pin = try? ServerTrust.pin(ofAuthority: login.authority)
        else { return error }
        return WatchmanError(
            .unauthenticated, "the login to \(login.server.text) has ended",
            hint: "watchman admin login --server \(login.server.text) --browser --pin \(pin)")
    }

    /// Forgets the login.
    static func remove(_ context: Context) throws {
        let file = self.file(context)
        guard unlink(file) == 0 || errno == ENOENT else {
            throw WatchmanError(.configuration, "cannot remove \(file): \(String(cString: strerror(errno)))")
        }
    }

    func write(_ context: Context) throws {
        try WholeFile.makeFolder(context.configurationFolder, mode: 0o700)
        try WholeFile.write(try WireJSON.encode(self, pretty: true), to: Self.file(context), mode: 0o600)
    }
}
