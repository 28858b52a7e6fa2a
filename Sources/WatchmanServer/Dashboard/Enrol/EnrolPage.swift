import Foundation
import Hummingbird
import WatchmanCore
import WatchmanStore

/// Join tokens: made, shown once with the commands for the device, and withdrawn.
struct EnrolPage: Sendable {
    let fleet: Fleet
    let templates: Templates

    var all: [Page] {
        [
            Page(.get, "/enrol", .scoped(.operator)) { try await self.page($0) },
            Page(.post, "/enrol", .scoped(.operator), self.make),
            Page(.post, "/enrol/:token/revoke", .scoped(.operator), self.revoke),
            Page(.post, "/enrol/applicants/:applicant/approve", .scoped(.operator), self.approve),
            Page(.post, "/enrol/applicants/:applicant/reject", .scoped(.operator), self.reject),
        ]
    }

    /// The token is in the answer itself: it must not stand in an address.
    private func make(_ visit: Visit) async throws -> Response {
        do {
            let new = try await self.fleet.makeToken(try Self.request(visit), actor: try visit.actor(), now: visit.now)
            return try await self.page(visit, made: EnrolView.Made(new, server: self.fleet.address(visit)))
        } catch let error as WatchmanError where error.isAboutForm {
            return try await self.page(visit, error: error)
        }
    }

    private func revoke(_ visit: Visit) async throws -> Response {
        _ = try await self.fleet.revokeToken(try visit.parameter("token"), actor: try visit.actor(), now: visit.now)
        return .seeOther("/enrol")
    }

    private func approve(_ visit: Visit) async throws -> Response {
        let asked: (String) -> String? = { visit.field($0).isEmpty ? nil : visit.field($0) }
        do {
            let device = try await self.fleet.approve(
                try visit.parameter("applicant"), ApprovalRequest(name: asked("name"), replace: asked("replace")),
                actor: try visit.actor(), now: visit.now)
            return .seeOther("/devices/\(device.id)")
        } catch let error as WatchmanError where error.isAboutForm {
            return try await self.page(visit, error: error)
        }
    }

    private func reject(_ visit: Visit) async throws -> Response {
        do {
            _ = try await self.fleet.reject(
                try visit.parameter("applicant"), actor: try visit.actor(), now: visit.now)
            return .seeOther("/enrol")
        } catch let error as WatchmanError where error.isAboutForm {
            return try await self.page(visit, error: error)
        }
    }

    private func page(
        _ visit: Visit, made: EnrolView.Made? = nil, error: WatchmanError? = nil
    ) async throws -> Response {
        let scope = try visit.scope()
        let tokens = try await self.fleet.store.joinTokens(in: scope).map { $0.summary(at: visit.now) }
        let applicants = try await self.fleet.store.applicants(in: scope)
        let view = EnrolView(tokens, applicants, made: made, error: error, visit)
        return try self.templates.page("enrol", view, status: error?.code.status ?? .ok)
    }

    private static func request(_ visit: Visit) throws -> JoinTokenRequest {
        guard let lifetime = Int(visit.field("lifetime")), let uses = Int(visit.field("uses")) else {
            throw WatchmanError(.invalid, "lifetime and devices are whole numbers")
        }
        let words: (String) -> [String] = { name in
            visit.field(name).utf8.split { ASCII.isSpace($0) }.map { String(decoding: $0, as: UTF8.self) }
        }
        return JoinTokenRequest(
            lifetime: lifetime, uses: uses, tags: words("tags"),
            approval: visit.field("approve").isEmpty ? .auto : Approval(rawValue: visit.field("approve")) ?? .manual,
            sources: try words("from").map(CIDR.init))
    }
}
