import Foundation
import Synchronization
import WatchmanCore
import WatchmanStore
import WatchmanSystem

/// Encrypts secrets that the server must be able to show again, under a ring of keys in a file of its own.
///
/// Whoever stores a sealed secret seals it in the transaction that stores it: then a new key of the ring finds every secret.
final class Escrow: Sendable {
    /// What a sealed text is, so that one can never be taken for another.
    typealias Purpose = SealedSecret.Place

    /// The key file.
    let path: String
    /// Whether it is not in the state folder, and so not in backups.
    private let isElsewhere: Bool
    private let ring: Mutex<KeyRing>

    /// Reads the key file, or makes it at the first start. It is in the state folder unless `path` says otherwise.
    ///
    /// - Throws: `WatchmanError` (`configuration`) if the file does not hold keys.
    init(_ folder: StateFolder, path: String? = nil) throws {
        let (file, isElsewhere) = (path ?? "\(folder.path)/\(StateFolder.escrowKey)", path != nil)
        let text: String
        do {
            text = try folder.secretFile(at: file) { KeyRing(KeyRing.Key()).text }
        } catch let error as WatchmanError where error.code == .configuration {
            throw Self.lost(file, isElsewhere, error.message)
        }
        guard let ring = KeyRing(text: text) else {
            throw Self.lost(file, isElsewhere, "\(file) is not a key: restore it from a backup")
        }
        self.path = file
        self.isElsewhere = isElsewhere
        self.ring = Mutex(ring)
    }

    func seal(_ secret: Secret, as purpose: Purpose) throws -> Data {
        try self.ring.withLock(\.self).seal(secret, as: purpose.context)
    }

    func open(_ sealed: Data, as purpose: Purpose) throws -> Secret {
        try self.ring.withLock(\.self).open(sealed, as: purpose.context)
    }

    /// Opens every sealed secret of a store.
    ///
    /// - Returns: how many root passwords there are.
    /// - Throws: `WatchmanError` (`configuration`) if one does not open.
    func check(_ store: Store) throws -> Int {
        let ring = self.ring.withLock(\.self)
        var count = 0
        try store.eachSecret { secret in
            _ = try ring.open(secret.sealed, as: secret.place.context)
            if case .rootPassword = secret.place { count += 1 }
        }
        return count
    }

    /// Finishes what an earlier run began: everything is under the first key of the ring, and no other key is left in it.
    ///
    /// - Throws: `WatchmanError` (`configuration`) if a secret does not open: this is not the key that sealed it.
    func settle(_ store: Store, now: Date) throws {
        self.removeLeftovers()
        do {
            _ = try self.rewrap(store, "server", now)
        } catch let error as WatchmanError where error == KeyRing.doesNotOpen {
            throw Self.lost(
                self.path, self.isElsewhere,
                "\(self.path) is not the key that the database's secrets are sealed under: restore it from a backup")
        }
    }

    /// Removes what a killed write of the key file left beside it: an old key may be in it.
    private func removeLeftovers() {
        let file = URL(fileURLWithPath: self.path)
        let (folder, name) = (file.deletingLastPathComponent().path, file.lastPathComponent)
        for other in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where other.utf8.starts(with: "\(name).".utf8) && other.utf8.suffix(4).elementsEqual(".new".utf8) {
            try? FileManager.default.removeItem(atPath: "\(folder)/\(other)")
        }
    }

    /// Puts a new key in front, seals everything under it, and lets the old keys go. Killed at any step, the next `settle` finishes it.
    ///
    /// - Returns: how many secrets were sealed anew.
    func rotate(_ store: Store, actor: Principal, now: Date) throws -> Int {
        let old = self.ring.withLock(\.self)
        let ring = KeyRing(KeyRing.Key(), older: old.keys)
        try WholeFile.write(ring.text, to: self.path, mode: 0o600)
        self.ring.withLock { $0 = ring }
        return try self.rewrap(store, actor, now)
    }

    private func rewrap(_ store: Store, _ actor: Principal, _ now: Date) throws -> Int {
        let ring = self.ring.withLock(\.self)
        let count = try store.rewrapSecrets(
            check: { try ring.seal(Secret("watchman"), as: Purpose.check.context) }, actor: actor,
            action: "escrow.rotate", now: now
        ) { try ring.rewrap($0.sealed, as: $0.place.context) }
        guard ring.keys.count > 1, let current = ring.keys.first else { return count }
        // A reader may have a secret in hand that is sealed under an old key: that one stays in memory, but not in the file.
        try WholeFile.write(KeyRing(current).text, to: self.path, mode: 0o600)
        return count
    }

    /// A backup is a tar archive: one file can be taken from it, whatever else has changed since.
    private static func lost(_ file: String, _ isElsewhere: Bool, _ message: String) -> WatchmanError {
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        return WatchmanError(
            .configuration, message,
            hint: isElsewhere ? nil : "tar -xf BACKUP.tar -C \(folder) \(StateFolder.escrowKey)")
    }
}

extension Escrow.Purpose {
    /// What AES-GCM authenticates along with the text.
    fileprivate var context: Data {
        switch self {
        case .rootPassword(let device, let version): Data("\(device)|\(version)|root-password".utf8)
        case .secondFactor(let user): Data("\(user)|second-factor".utf8)
        case .check: Data("check".utf8)
        }
    }
}
