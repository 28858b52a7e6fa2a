import WatchmanCore
import WatchmanStore

/// A page of the audit table.
struct AuditView: Sendable {
    struct Row: Sendable {
        let at: Moment
        let actor: String
        /// The address, or nil for what the server did by itself.
        let source: String?
        let action: String
        let subject: String
        /// The device's page, or nil if the subject is none.
        let subjectPath: String?
        let detail: String?
    }

    struct List: Sendable { let rows: [Row] }

    let layout: Layout
    let verdict: Mark
    let actor: String
    let action: String
    let subject: String
    let list: List?
    /// The newest page, or nil on it.
    let firstPath: String?
    /// The next older page.
    let nextPath: String?
    let hasPages: Bool

    init(_ page: Store.AuditPage, _ query: AuditQuery, _ verdict: Mark, _ visit: Visit) {
        let filter = [("subject", query.subject), ("actor", query.actor), ("action", query.action)]
        self.layout = Layout("Audit", .audit, visit)
        self.verdict = verdict
        self.actor = query.actor ?? ""
        self.action = query.action ?? ""
        self.subject = query.subject ?? ""
        self.list = page.rows.isEmpty ? nil : List(rows: page.rows.map { Self.row($0, visit) })
        self.firstPath = query.before == nil ? nil : PagePath.query("/audit", filter)
        self.nextPath = page.next.map { PagePath.query("/audit", filter + [("before", "\($0)")]) }
        self.hasPages = self.firstPath != nil || self.nextPath != nil
    }

    private static func row(_ entry: AuditEntry, _ visit: Visit) -> Row {
        let row = entry.row
        return Row(
            at: Moment(entry.at, now: visit.now), actor: row.actor, source: row.source.isEmpty ? nil : row.source,
            action: row.action, subject: entry.deviceName ?? row.subject,
            subjectPath: entry.deviceName == nil ? nil : "/devices/\(PercentEncoding.encode(row.subject))",
            detail: row.detail.isEmpty || row.detail == entry.deviceName ? nil : row.detail)
    }
}
