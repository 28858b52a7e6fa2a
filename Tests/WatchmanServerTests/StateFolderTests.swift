import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanGateway

@testable import WatchmanServer

@Suite struct StateFolderTests {
    /// Everything that `serve` keeps, and whether it is secret.
    static let files: [(String, Bool)] = [
        ("ca.key", true), ("ca.pem", false), ("tls.key", true), ("tls.pem", false), ("user_ca", true),
        ("host_ca", true), ("gateway_host_key", true), ("gateway_host_key-cert.pub", false), ("escrow.key", true),
    ]

    /// Opens all of a folder's files as `serve` does, and says what they are.
    @discardableResult
    private static func open(_ folder: String, withStore: Bool = true) throws -> [String] {
        let state = try StateFolder(path: folder)
        let (tls, authorities) = (try TLSIdentity(state), try Authorities(state))
        _ = try Escrow(state)
        let identity = try authorities.gatewayIdentity(state)
        if withStore { _ = try state.openStore() }
        return [
            tls.pin, tls.authority, authorities.user.publicKey.line, authorities.host.publicKey.line,
            identity.hostKey.revealed, identity.hostCertificate,
        ]
    }

    @Test func `the first start makes everything, for its owner alone`() throws {
        try TemporaryFolder.with { (parent: String) in
            let folder = "\(parent)/state"
            try Self.open(folder)
            var modes = [try TemporaryFolder.mode(of: folder), try TemporaryFolder.mode(of: "\(folder)/watchman.db")]
            #expect(modes == [0o700, 0o600])
            modes = try Self.files.map { try TemporaryFolder.mode(of: "\(folder)/\($0.0)") }
            #expect(modes == Self.files.map { $0.1 ? 0o600 : 0o644 })
            let names = Set(try FileManager.default.contentsOfDirectory(atPath: folder))
            let known = StateFolder.files.map(\.name) + ["watchman.db", "watchman.db-wal", "watchman.db-shm"]
            #expect(names.isSubset(of: known), "a file that no backup holds")
            #expect(StateFolder.files.map { Int($0.mode) } == modes)
        }
    }

    @Test func `a later start reuses everything`() throws {
        try TemporaryFolder.with { (folder: String) in
            let (first, second) = (try Self.open(folder), try Self.open(folder))
            #expect(first == second)
        }
    }

    @Test func `two servers have nothing in common`() throws {
        try TemporaryFolder.with { (folder: String) in
            let (one, other) = (try Self.open("\(folder)/a"), try Self.open("\(folder)/b"))
            #expect(zip(one, other).allSatisfy { $0 != $1 })
        }
    }

    @Test func `a first start that was interrupted is finished, not begun anew`() throws {
        try TemporaryFolder.with { (folder: String) in
            let before = try Self.open(folder, withStore: false)
            try FileManager.default.removeItem(atPath: "\(folder)/escrow.key")
            let after = try Self.open(folder)
            #expect(before == after)
        }
    }

    @Test(arguments: files.map(\.0))
    func `once there is a database, a missing file is an error and never made anew`(name: String) throws {
        try TemporaryFolder.with { (folder: String) in
            try Self.open(folder)
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            let error = #expect(throws: WatchmanError.self) { try Self.open(folder) }
            let hint = name == "escrow.key" ? "tar -xf BACKUP.tar -C \(folder) escrow.key" : nil
            #expect(
                error
                    == WatchmanError(
                        .configuration, "\(folder)/\(name) is missing: restore it from a backup", hint: hint))
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/\(name)"))
        }
    }

    @Test(arguments: files.map(\.0).filter { $0 != "gateway_host_key-cert.pub" })
    func `a damaged file is an error that names it`(name: String) throws {
        try TemporaryFolder.with { (folder: String) in
            try Self.open(folder)
            for content in ["", "damaged\n", "-----BEGIN CERTIFICATE-----\nAAAA\n"] {
                try Data(content.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
                let error = #expect(throws: WatchmanError.self) { try Self.open(folder) }
                #expect(error?.code == .configuration)
                #expect(error?.message.hasPrefix("\(folder)/\(name) is ") == true)
            }
        }
    }

    @Test func `a place that is no folder is an error that names it`() throws {
        try TemporaryFolder.with { (folder: String) in
            try Data().write(to: URL(fileURLWithPath: "\(folder)/file"))
            let error = #expect(throws: WatchmanError.self) { try StateFolder(path: "\(folder)/file") }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("\(folder)/file") == true)
        }
    }
}
