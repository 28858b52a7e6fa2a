import Foundation
import HTTPTypes
import WatchmanCore
import WatchmanStore

/// Who did what.
struct AuditEndpoints: Sendable {
    private static let pageSizes = 1...1000
    let fleet: Fleet

    var all: [Endpoint] {
        [
            Endpoint(
                .get, "/api/v1/audit", .role(.admin), "List what was done, newest first",
                query: ["actor", "action", "subject"].map { .line($0, "Only rows whose \($0) contains this text.") }
                    + [
                        QueryParameter(
                            "since", "Only rows from then on, in seconds of Unix time.", .integer(0...253_402_300_799)),
                        .after, .limit(Self.pageSizes),
                    ], self.list),
            Endpoint(
                .get, "/api/v1/audit/chain", .role(.admin), "List what was done, in the order of the chain",
                query: [.after, .limit(Self.pageSizes)], self.chain),
        ]
    }

    private func list(_ call: Call) async throws -> AuditList {
        func given(_ name: String) -> String? { call.query[name].flatMap { $0.isEmpty ? nil : $0 } }
        let since = given("since").flatMap { Double($0) }.map { Date(timeIntervalSince1970: $0) }
        let query = AuditQuery(
            actor: given("actor"), action: given("action"), subject: given("subject"), since: since,
            before: try Self.place(call))
        let page = try await self.fleet.store.audit(query, limit: Self.limit(call, 100))
        return AuditList(entries: page.rows.map(\.row), next: page.next.map { "\($0)" })
    }

    private func chain(_ call: Call) async throws -> AuditList {
        let limit = Self.limit(call, 1000)
        let rows = try await self.fleet.store.auditTrail(after: try Self.place(call) ?? 0, limit: limit)
        return AuditList(entries: rows, next: rows.count < limit ? nil : rows.last.map { "\($0.id)" })
    }

    private static func limit(_ call: Call, _ usual: Int) -> Int { call.query["limit"].flatMap { Int($0) } ?? usual }

    /// The row that `after` names, or nil without it.
    private static func place(_ call: Call) throws -> Int64? {
        guard let text = call.query["after"], !text.isEmpty else { return nil }
        guard let id = Int64(text), id > 0 else { throw WatchmanError(.invalid, "after is not of this list") }
        return id
    }
}
