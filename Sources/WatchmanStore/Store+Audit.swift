public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// A page of the audit table.
    public struct AuditPage: Sendable {
        /// The rows, newest first.
        public var rows: [AuditEntry]
        /// `before` of the page after this one, or nil if nothing older is left.
        public var next: Int64?
    }

    /// Rows that one page looks at: a filter that finds little gives a short page instead of reading the whole table.
    static let auditWindow: Int64 = 20_000

    /// Rows of the audit table, newest first.
    public func audit(_ query: AuditQuery, limit: Int) async throws -> AuditPage {
        try await self.read { db in
            let newest = try Int64.fetchOne(db, sql: "SELECT max(id) FROM audit") ?? 0
            let end = min(query.before ?? .max, newest + 1)
            let begin = max(end - Self.auditWindow, 1)
            var sql = """
                SELECT audit.*, device.name AS deviceName FROM audit LEFT JOIN device ON device.id = audit.subject
                WHERE audit.id >= ? AND audit.id < ?
                """
            var arguments: StatementArguments = [begin, end]
            for (column, text) in [("actor", query.actor), ("action", query.action)] {
                guard let text else { continue }
                sql += " AND instr(lower(\(column)), lower(?))"
                arguments += [text]
            }
            if let since = query.since {
                sql += " AND at >= ?"
                arguments += [since]
            }
            if let subject = query.subject {
                sql += """
                     AND (instr(lower(subject), lower(?)) OR subject = (SELECT id FROM device WHERE name = ?))
                    """
                arguments += [subject, subject]
            }
            let rows = try AuditEntry.fetchAll(
                db, sql: "\(sql) ORDER BY audit.id DESC LIMIT ?", arguments: arguments + [limit + 1])
            let page = Array(rows.prefix(limit))
            let isMore = try begin > 1 && query.since.map { try Self.wasDone(db, begin, since: $0) } ?? true
            return AuditPage(rows: page, next: rows.count > limit ? page.last?.row.id : isMore ? begin : nil)
        }
    }

    private static func wasDone(_ db: Database, _ id: Int64, since: Date) throws -> Bool {
        let sql = "SELECT EXISTS (SELECT 1 FROM audit WHERE id = ? AND at >= ?)"
        return try Bool.fetchOne(db, sql: sql, arguments: [id, since]) ?? false
    }

    /// Rows behind `id` in the order in which they were written.
    public func auditTrail(after id: Int64, limit: Int) async throws -> [AuditRow] {
        try await self.read { db in
            let sql = "SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?"
            return try AuditEntry.fetchAll(db, sql: sql, arguments: [id, limit]).map(\.row)
        }
    }

    /// What is wrong with the chain of the audit table, or nil; reads all of it, a thousand rows at a time.
    public func auditProblem() async throws -> String? {
        var walk = AuditChain.Walk()
        while true {
            let rows = try await self.auditTrail(after: walk.head.id, limit: 1000)
            guard !rows.isEmpty else { return nil }
            do {
                for row in rows { try walk.take(row) }
            } catch let error as WatchmanError {
                return error.message
            }
        }
    }

    /// Notes that somebody was refused.
    public func noteDenial(_ principal: Principal, _ route: String, _ cause: String, now: Date) async throws {
        let cause = OutsideText.clean(cause, limit: 300)
        try await self.write { db in try Self.audit(db, now, actor: principal, "access.refuse", route, cause) }
    }

    /// Writes a row that goes with what this transaction does, chained to the row before it.
    static func audit(
        _ db: Database, _ now: Date, actor: Principal, _ action: String, _ subject: String, _ detail: String
    ) throws {
        let last = try Row.fetchOne(
            try db.cachedStatement(sql: "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1"))
        let id: Int64 = (last?["id"] ?? 0) + 1
        let at = String.fromDatabaseValue(now.databaseValue) ?? ""
        let hash = AuditChain.hash(
            last?["hash"] ?? AuditChain.start, id, [at, actor.name, actor.source, action, subject, detail])
        try db.execute(
            sql:
                "INSERT INTO audit (id, at, actor, source, action, subject, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [id, at, actor.name, actor.source, action, subject, detail, hash])
    }
}
