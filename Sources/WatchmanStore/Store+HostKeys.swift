public import Foundation
import GRDB
public import WatchmanCore

/// The host keys that a device's sshd has, and those that are pinned.
extension Store {
    /// Takes what a device says of its host keys. One that is not pinned keeps everybody out until a person accepts it; the old ones
    /// open the door again.
    ///
    /// - Returns: whether that changed anything.
    static func note(_ db: Database, _ id: String, _ keys: [SSHPublicKey], _ source: String, _ now: Date) throws
        -> Bool
    {
        let device = try Self.info(db, id: id).device
        let others = Set(keys).isSubset(of: device.hostKeys) ? nil : keys
        guard others != device.reportedHostKeys else { return false }
        try db.execute(
            sql: "UPDATE device SET reportedHostKeys = ? WHERE id = ?", arguments: [try others.map(Self.json), id])
        try Self.audit(
            db, now, actor: Principal(name: "device:\(id)", source: source),
            others == nil ? "device.host-keys-back" : "device.host-keys-changed", id, Self.fingerprints(keys))
        return true
    }

    /// Pins the host keys that a device has now, if they are the ones that the person saw.
    ///
    /// - Throws: `WatchmanError` (`conflict`) if there is nothing to accept, or they have changed again.
    public func acceptHostKeys(_ reference: String, _ keys: [SSHPublicKey], actor: Principal, now: Date) async throws
        -> DeviceInfo
    {
        try await self.write { db in
            let device = try Self.resolve(db, reference, in: actor.scope).device
            guard let reported = device.reportedHostKeys else {
                throw WatchmanError(.conflict, "the host keys of \(device.name) are those that are pinned")
            }
            guard reported == keys else {
                throw WatchmanError(
                    .conflict, "the host keys of \(device.name) are not the ones that were shown",
                    hint: "watchman devices show \(device.name)")
            }
            try db.execute(
                sql: "UPDATE device SET hostKeys = reportedHostKeys, reportedHostKeys = NULL WHERE id = ?",
                arguments: [device.id])
            try Self.audit(db, now, actor: actor, "device.host-keys-accept", device.id, Self.fingerprints(keys))
            return try Self.info(db, id: device.id)
        }
    }

    private static func fingerprints(_ keys: [SSHPublicKey]) -> String {
        keys.map(\.fingerprint).joined(separator: " ")
    }
}
