import Foundation
import Glibc
import WatchmanCore
import WatchmanGateway
import WatchmanStore
import WatchmanSystem

/// The restore drill: unpacks a backup in a corner, opens everything as `serve` would, and asks for every device what its gateway would
/// answer.
enum BackupDrill {
    /// Tries a backup and says how it went.
    ///
    /// - Throws: `WatchmanError` (`exhausted`) if there was no room to try.
    static func verify(_ file: BackupFile, in parent: String, escrowKey: String? = nil, now: Date) throws
        -> BackupVerification
    {
        do {
            return BackupVerification(
                at: now, isSound: true, summary: try self.run(file, in: parent, escrowKey: escrowKey))
        } catch let error as WatchmanError {
            guard error.code != .exhausted else { throw error }
            return BackupVerification(at: now, isSound: false, summary: error.message)
        } catch {
            // What SQLite and the key parsers say of content that no server wrote.
            let cause = OutsideText.clean("\(error)", limit: 300)
            guard !cause.contains("disk is full") else { throw WatchmanError(.exhausted, "the disk is full") }
            return BackupVerification(at: now, isSound: false, summary: cause)
        }
    }

    /// Tries a backup. It needs room for what is in it, twice, below `parent`. `escrowKey` is used if the backup has none.
    ///
    /// - Returns: what was proved, in words.
    /// - Throws: `WatchmanError` that says what is wrong: `exhausted` if there was no room to try, else `configuration`.
    static func run(_ file: BackupFile, in parent: String, escrowKey: String?) throws -> String {
        try Scratch.with(in: parent) { scratch in
            let state = "\(scratch)/state"
            try WholeFile.makeFolder(state, mode: 0o700)
            let manifest = try file.unpack(into: state)
            let snapshot = try Store.check(copy: "\(state)/\(StateFolder.database)")
            guard snapshot.schema == manifest.schema, snapshot.devices == manifest.devices, !snapshot.schema.isEmpty
            else { throw file.refused("its database is not the one that its manifest describes") }
            let folder = try StateFolder(path: state)
            try Self.checkIdentity(folder, pin: manifest.pin)
            let store = try folder.openStore()
            let devices = try store.gatewayIDs().reduce(0) { sum, gateway in
                try sum + Self.checkDevices(store, of: gateway, database: "\(scratch)/gateway.db")
            }
            guard devices == snapshot.devices else {
                throw WatchmanError(
                    .configuration, "only \(devices) of \(snapshot.devices) devices would be let in on their ports")
            }
            let passwords = try Self.passwords(store, folder, escrowKey)
            return "\(devices) of \(snapshot.devices) devices would be let in on their ports; \(passwords)"
        }
    }

    /// Devices and admins must know the server again: by the pin, by its gateway's host key, by the CAs.
    private static func checkIdentity(_ folder: StateFolder, pin: String) throws {
        let tls = try TLSIdentity(folder)
        try tls.check(folder)
        guard tls.pin == pin else { throw WatchmanError(.configuration, "ca.pem is not the one that devices know") }
        let authorities = try Authorities(folder)
        let gateway = try authorities.gatewayIdentity(folder)
        let key = try folder.reading("gateway_host_key") { try SSHPrivateKey(text: gateway.hostKey.revealed) }
        do {
            try SSHCertificate.checkHost(
                gateway.hostCertificate, name: KnownHosts.gatewayAlias, key: key.publicKey,
                authority: authorities.host.publicKey)
        } catch {
            throw WatchmanError(.configuration, "the gateway's host key is not the one that devices know: \(error)")
        }
    }

    /// The number of a gateway's devices that get the line for their key and port.
    private static func checkDevices(_ store: Store, of id: String, database path: String) throws -> Int {
        // Each gateway has a cache of its own.
        unlink(path)
        let gateway = try GatewayDatabase(path: path, readers: getegid())
        try store.eachDevice(of: id) { rows in
            try gateway.fill(
                try rows.map { GatewayDevice(id: $0.id, key: try SSHPublicKey(line: $0.publicKey), port: $0.port) })
        }
        var count = 0
        try store.eachDevice(of: id) { rows in
            let keys = try rows.map { try SSHPublicKey(line: $0.publicKey) }
            let answers = try KeyLookup.answers(database: path, keys: keys)
            for ((row, key), answer) in zip(zip(rows, keys), answers) {
                let line = KeyLookup.deviceLine(type: key.type, blob: key.base64, port: row.port)
                if answer == line { count += 1 }
            }
        }
        return count
    }

    /// How many root passwords open, in words.
    private static func passwords(_ store: Store, _ folder: StateFolder, _ elsewhere: String?) throws -> String {
        let hasKey = access("\(folder.path)/\(StateFolder.escrowKey)", F_OK) == 0
        if !hasKey && elsewhere == nil { return "its root passwords need the key that is kept apart from it" }
        return "\(try Escrow(folder, path: hasKey ? nil : elsewhere).check(store)) root passwords open"
    }
}
