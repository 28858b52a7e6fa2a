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
        var facts: Int?
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var removals = 0
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
    func remove(_ id: String) {
        self.state.withLock { state in
            state.removals += 1
            state.entries[id] = nil
            for (alias, entry) in state.entries where entry.signer.device == id { state.entries[alias] = nil }
        }
    }

    /// Whether these are the facts that were last stored for the device.
    func hasFacts(_ id: String, _ facts: DeviceFacts) -> Bool {
        self.state.withLock { $0.entries[id]?.facts == facts.hashValue }
    }

    /// Notes what is stored; nil if that is not known.
    func noteFacts(_ id: String, _ facts: DeviceFacts?) {
        self.state.withLock { $0.entries[id]?.facts = facts?.hashValue }
    }
}
