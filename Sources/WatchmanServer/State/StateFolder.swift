import Crypto
import Foundation
import WatchmanCore
public import WatchmanStore
import WatchmanSystem

/// The server's folder: made at the first start, reused at every later one.
///
/// The database is made last. Once it is there, a key file that is missing is an error and never made anew: with another CA
/// the whole fleet would be lost, with another escrow key every root password.
public struct StateFolder: Sendable {
    /// The database's name.
    static let database = "watchman.db"
    /// The escrow's key file, unless the configuration puts it elsewhere.
    static let escrowKey = "escrow.key"
    /// The other files that are made here, with their modes: with the database they are all that a server is.
    static let files: [(name: String, mode: mode_t)] = [
        ("ca.key", 0o600), ("ca.pem", 0o644), ("tls.key", 0o600), ("tls.pem", 0o644), ("user_ca", 0o600),
        ("host_ca", 0o600), ("gateway_host_key", 0o600), ("gateway_host_key-cert.pub", 0o644), (escrowKey, 0o600),
    ]

    /// The folder, absolute.
    public let path: String
    private let isNew: Bool

    /// Makes the folder (0700) unless it is there.
    ///
    /// - Throws: `WatchmanError` (`configuration`) if it cannot be made or written.
    public init(path: String) throws {
        self.path = path
        try WholeFile.makeFolder(path, mode: 0o700)
        try RestoredState.settle(in: path)
        self.isNew = !FileManager.default.fileExists(atPath: "\(path)/\(Self.database)")
    }

    /// Opens the database.
    public func openStore() throws -> Store {
        let file = "\(self.path)/\(Self.database)"
        // SQLite gives its -wal and -shm files the mode of the database.
        if !FileManager.default.fileExists(atPath: file) { try WholeFile.write("", to: file, mode: 0o600) }
        return try Store(path: file)
    }

    /// The content of a secret file, made on first use.
    func secretFile(_ name: String, make: () throws -> String) throws -> String {
        try self.file("\(self.path)/\(name)", mode: 0o600, make: make)
    }

    /// The content of a secret file that may be elsewhere, made on first use.
    func secretFile(at path: String, make: () throws -> String) throws -> String {
        try self.file(path, mode: 0o600, make: make)
    }

    /// The content of a public file, made on first use.
    func publicFile(_ name: String, make: () throws -> String) throws -> String {
        try self.file("\(self.path)/\(name)", mode: 0o644, make: make)
    }

    /// What `read` makes of the content of a file.
    ///
    /// - Throws: `WatchmanError` (`configuration`) that names the file.
    func reading<Value>(_ name: String, _ read: () throws -> Value) throws -> Value {
        do {
            return try read()
        } catch let error as WatchmanError {
            throw error
        } catch {
            throw WatchmanError(.configuration, "\(self.path)/\(name) is damaged: restore it from a backup")
        }
    }

    private func file(_ file: String, mode: mode_t, make: () throws -> String) throws -> String {
        if let content = try WholeFile.read(file) { return String(decoding: content, as: UTF8.self) }
        guard self.isNew else {
            throw WatchmanError(.configuration, "\(file) is missing: restore it from a backup")
        }
        let content = try make()
        try WholeFile.write(content, to: file, mode: mode)
        return content
    }
}
