import GRDB

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
            if let subject = query.subject {
                sql += """
                     AND (instr(lower(subject), lower(?)) OR subject = (SELECT id FROM device WHERE name = ?))
                    """
                arguments += [subject, subject]
            }
            let rows = try AuditEntry.fetchAll(
                db, sql: "\(sql) ORDER BY audit.id DESC LIMIT ?", arguments: arguments + [limit + 1])
            let page = Array(rows.prefix(limit))
            return AuditPage(rows: page, next: rows.count > limit ? page.last?.id : begin > 1 ? begin : nil)
        }
    }
}
