public import Foundation
public import GRDB
public import WatchmanCore

/// A join token as the server keeps it: only the hash of its secret.
public struct JoinToken: Codable, Sendable, FetchableRecord, PersistableRecord {
    /// Public part.
    public var id: String
    /// SHA-256 of the secret part.
    public var secretHash: Data
    /// Tags it gives.
    public var tags: [String]
    /// Who decides about devices that bring it.
    public var approval: Approval
    /// The only addresses that it can be used from; none means any.
    public var sources: [CIDR]
    /// Devices it may enrol.
    public var maxUses: Int
    /// Devices it has enrolled, or that wait with it.
    public var uses: Int
    /// When it was made.
    public var createdAt: Date
    /// When it ends.
    public var expiresAt: Date
    /// When it was withdrawn, or nil.
    public var revokedAt: Date?

    /// The table.
    public static let databaseTableName = "joinToken"

    /// What the token is good for at `now`.
    public func state(at now: Date) -> JoinTokenSummary.State {
        if self.revokedAt != nil { return .revoked }
        if self.uses >= self.maxUses { return .used }
        return now < self.expiresAt ? .active : .expired
    }

    /// What it is for, for the audit table.
    var terms: String {
        let from = self.sources.isEmpty ? "" : " from=\(self.sources.map(\.text).joined(separator: ","))"
        return "uses=\(self.maxUses) approve=\(self.approval.rawValue)\(from)"
    }

    /// Whether it can be used from this address.
    func isFor(_ source: String) -> Bool {
        self.sources.isEmpty || self.sources.contains { $0.contains(source) }
    }

    /// The row people see.
    public func summary(at now: Date) -> JoinTokenSummary {
        JoinTokenSummary(
            id: self.id, state: self.state(at: now), maxUses: self.maxUses, uses: self.uses, tags: self.tags,
            approval: self.approval, sources: self.sources, createdAt: self.createdAt, expiresAt: self.expiresAt)
    }
}
