import Foundation
import Synchronization
import WatchmanCore

/// What a device's call needs that hardly ever changes, kept so that a check-in reads nothing first.
///
/// It is only a shortcut: whether the device is still enrolled is decided by the transaction that takes its call.
final class DeviceKeys: Sendable {
    /// Whose calls a key proves. Devices whose place was taken by another machine are called by a former id of that, too.
    struct Signer: Sendable {
        let device: String
        let key: SSHPublicKey
    }

    private struct Entry {
        let signer: Signer
        var report: Int?
        var instance: (bootID: String, notedAt: Date)?
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var removals = 0

        mutating func remove(_ id: String) {
            self.removals += 1
            self.entries[id] = nil
            for (alias, entry) in self.entries where entry.signer.device == id { self.entries[alias] = nil }
        }
    }

    /// Some 300 bytes each.
    private static let limit = 100_000

    private let state = Mutex(State())

    subscript(id: String) -> Signer? { self.state.withLock { $0.entries[id]?.signer } }

    /// How often something was removed so far.
    var removals: Int { self.state.withLock(\.removals) }

    /// Keeps what was read, unless something was removed since `removals` was asked: it may be old.
    func add(_ id: String, _ signer: Signer, removals: Int) {
        self.state.withLock { state in
            guard state.removals == removals else { return }
            if state.entries.count >= Self.limit { state.entries.removeAll() }
            state.entries[id] = Entry(signer: signer)
        }
    }

    /// Forgets a device, by whatever id it calls.
    func remove(_ id: String) { self.state.withLock { $0.remove(id) } }

    /// Keeps a device's key in place of the one before.
    func replace(_ id: String, _ key: SSHPublicKey) {
        self.state.withLock { state in
            state.remove(id)
            state.entries[id] = Entry(signer: Signer(device: id, key: key))
        }
    }

    /// Whether facts and logins of the report are those that were last stored for the device.
    func hasStored(_ id: String, _ report: CheckInRequest) -> Bool {
        self.state.withLock { $0.entries[id]?.report == Self.hash(report) }
    }

    /// Whether this instance of the device was noted since then, and none after it.
    func hasNoted(_ id: String, instance bootID: String, since: Date) -> Bool {
        self.state.withLock { state in
            guard let noted = state.entries[id]?.instance else { return false }
            return noted.bootID == bootID && noted.notedAt > since
        }
    }

    /// Remembers what is stored.
    func note(_ id: String, _ report: CheckInRequest) {
        self.state.withLock { $0.entries[id]?.report = Self.hash(report) }
    }

    /// Remembers which instance was noted.
    func note(_ id: String, instance bootID: String, at now: Date) {
        self.state.withLock { $0.entries[id]?.instance = (bootID, now) }
    }

    /// Forgets what is stored: a transaction failed.
    func forget(_ id: String) {
        self.state.withLock {
            $0.entries[id]?.report = nil
            $0.entries[id]?.instance = nil
        }
    }

    private static func hash(_ report: CheckInRequest) -> Int {
        var hasher = Hasher()
        hasher.combine(report.facts)
        hasher.combine(report.logins)
        return hasher.finalize()
    }
}
