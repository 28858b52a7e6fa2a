import Foundation
import GRDB
import WatchmanCore

/// What people and keys may hand out, and what ends with them.
extension Store {
    /// What a principal may do at this moment; asked in the transaction that hands something out, so that nobody does who was shut
    /// out meanwhile.
    ///
    /// - Throws: `WatchmanError` (`unauthenticated`) if it is nobody, or nobody any more.
    static func rights(_ db: Database, of actor: Principal, _ now: Date) throws -> Rights {
        if actor.name == "local" { return .all }
        let parts = actor.name.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1)
            .map { String(decoding: $0, as: UTF8.self) }
        let rights: Rights? =
            switch parts.first {
            case "user" where parts.count == 2:
                try User.fetchOne(db, sql: "SELECT * FROM user WHERE name = ?", arguments: [parts[1]])?.rights()
            case "key" where parts.count == 2:
                try APIKey.fetchOne(db, key: parts[1]).flatMap { $0.state(at: now) == .active ? try $0.rights() : nil }
            default: nil
            }
        guard let rights else {
            throw WatchmanError(.unauthenticated, "\(actor.name) may not do this any more")
        }
        return rights
    }

    /// With whom a key ends that this principal makes: a key's key belongs to whom the key belongs to.
    static func owner(_ db: Database, of actor: Principal) throws -> String? {
        if actor.name == "local" { return nil }
        guard actor.name.utf8.starts(with: "key:".utf8) else { return actor.name }
        let id = String(decoding: actor.name.utf8.dropFirst("key:".utf8.count), as: UTF8.self)
        return try APIKey.fetchOne(db, key: id)?.owner ?? actor.name
    }

    /// Ends the keys that end with a principal, but those that are no more than what it has `left`.
    ///
    /// - Returns: the principals of those that ended.
    static func revokeKeys(
        _ db: Database, of owner: String, left: Rights? = nil, actor: Principal, _ now: Date
    ) throws -> [String] {
        let keys = try APIKey.fetchAll(
            db, sql: "SELECT * FROM apiKey WHERE owner = ? AND revokedAt IS NULL", arguments: [owner])
        return try keys.filter { key in try left.map { !$0.cover(try key.rights()) } ?? true }.map { key in
            try db.execute(sql: "UPDATE apiKey SET revokedAt = ? WHERE id = ?", arguments: [now, key.id])
            try Self.audit(db, now, actor: actor, "key.revoke", key.id, "with \(owner)")
            return key.actor
        }
    }
}
