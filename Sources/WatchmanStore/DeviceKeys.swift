import Synchronization
import WatchmanCore

/// What a device's call needs that hardly ever changes, kept so that a check-in reads nothing first.
///
/// It is only a shortcut: whether the device is still enrolled is decided by the transaction that takes its call.
final class DeviceKeys: Sendable {
    private struct Entry {
        let key: SSHPublicKey
        var facts: Int?
    }

    /// Some 300 bytes each.
    private static let limit = 100_000

    private let entries = Mutex<[String: Entry]>([:])

    subscript(id: String) -> SSHPublicKey? { self.entries.withLock { $0[id]?.key } }

    func add(_ id: String, _ key: SSHPublicKey) {
        self.entries.withLock { entries in
            if entries.count >= Self.limit { entries.removeAll() }
            entries[id] = Entry(key: key)
        }
    }

    func remove(_ id: String) { self.entries.withLock { _ = $0.removeValue(forKey: id) } }

    /// Whether these are the facts that were last stored for the device.
    func hasFacts(_ id: String, _ facts: DeviceFacts) -> Bool {
        self.entries.withLock { $0[id]?.facts == facts.hashValue }
    }

    /// Notes what is stored; nil if that is not known.
    func noteFacts(_ id: String, _ facts: DeviceFacts?) {
        self.entries.withLock { $0[id]?.facts = facts?.hashValue }
    }
}
