import Hummingbird
import WatchmanCore

/// The server's backups: listed, made and verified. Their content is for root on the server alone.
struct BackupsPage: Sendable {
    let backups: Backups
    let templates: Templates

    var all: [Page] {
        [
            Page(.get, "/backups", .role(.viewer)) { try await self.page($0) },
            Page(.post, "/backups", .role(.admin), self.create),
            Page(.post, "/backups/:backup/verify", .role(.admin), self.verify),
        ]
    }

    private func create(_ visit: Visit) async throws -> Response {
        do {
            _ = try await self.backups.create(actor: try visit.actor(), now: visit.now)
            return .seeOther("/backups")
        } catch let error as WatchmanError where error.isAboutForm {
            return try await self.page(visit, error: error)
        }
    }

    private func verify(_ visit: Visit) async throws -> Response {
        let name = try visit.parameter("backup")
        _ = try await self.backups.verify(name, actor: try visit.actor(), now: visit.now)
        return .seeOther("/backups")
    }

    private func page(_ visit: Visit, error: WatchmanError? = nil) async throws -> Response {
        let view = BackupsView(try await self.backups.list(), error: error, visit)
        return try self.templates.page("backups", view, status: error?.code.status ?? .ok)
    }
}
