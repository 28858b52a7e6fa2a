import Hummingbird
import WatchmanCore
import WatchmanStore

/// Who did what.
struct AuditPage: Sendable {
    private static let limit = 100
    let fleet: Fleet
    let templates: Templates
    let verdict: AuditVerdict

    init(fleet: Fleet, templates: Templates) {
        self.fleet = fleet
        self.templates = templates
        self.verdict = AuditVerdict(store: fleet.store)
    }

    var all: [Page] { [Page(.get, "/audit", .role(.admin), self.show)] }

    private func show(_ visit: Visit) async throws -> Response {
        let query = AuditQuery(
            actor: visit.asked("actor"), action: visit.asked("action"), subject: visit.asked("subject"),
            before: visit.asked("before").flatMap { Int64($0) })
        let page = try await self.fleet.store.audit(query, limit: Self.limit)
        return try self.templates.page("audit", AuditView(page, query, try await self.verdict.mark(), visit))
    }
}
