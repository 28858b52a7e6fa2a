import Foundation
import HTTPTypes
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Who gets which page: every page with every kind of caller.
@Suite struct PageMatrixTests {
    /// A page that is shown never ends: its end is tested elsewhere.
    private static let endless = "GET /events"
    private static let rules = PageAccessTests.rules

    @Test(arguments: rules.keys.sorted())
    func `a page answers those it is for and nobody else`(page: String) async throws {
        let rule = AccessRule(route: page, access: try #require(Self.rules[page]))
        try await ServerFixture.with { fixture in
            let visit = try await AccessVisit(fixture, "GET /api/v1/devices/:device")
            let bare = page == "GET /cli-login" ? CommandLineTests.sample : rule.path
            let path = bare.replacing(":device", with: visit.device.id)
                .replacing(":token", with: visit.token.id).replacing(/:[a-z]+/, with: "none")
            for principal in AccessPrincipal.all where principal.kind != .localSocket {
                let outcome = principal.outcome(rule, knownAs: [.browser])
                if page == Self.endless && outcome == .answered { continue }
                let door = try await visit.door(for: principal)
                let before = try await fixture.auditCount()
                let answer = try await Self.call(fixture, door, rule.method, path)
                let after = try await fixture.auditCount()
                Self.check(answer, outcome, rule, "\(principal.testDescription)")
                if outcome != .answered { #expect(after == before, "nothing was done") }
            }
        }
    }

    private static func check(_ answer: Answer, _ outcome: AccessOutcome, _ rule: AccessRule, _ comment: Comment) {
        let isSentToSignIn = answer.status == 303 && answer.location?.hasPrefix("/sign-in") == true
        switch outcome {
        case .unknown: #expect(answer.status == 401 || isSentToSignIn && answer.token == nil, comment)
        case .refused: #expect(answer.status == 403, comment)
        case .notFound: #expect(answer.status == 404, comment)
        case .answered where rule.path == SignInPages.providerPath:
            // The provider of the tests is away; who is signed in needs none.
            #expect(answer.status == 503 || answer.location == "/", comment)
        case .answered where rule.path == "/sign-out": #expect(answer.token == "", comment)
        case .answered where rule.access == .anyone: #expect(answer.status != 403 && answer.status < 500, comment)
        case .answered:
            // What a form leaves out or names wrongly is told to those who may send it.
            let isThere = rule.method == .get && !rule.path.contains(/:(job|run)/)
            #expect(isThere ? answer.status == 200 : ![401, 403].contains(answer.status), comment)
            #expect(answer.status < 500 && !isSentToSignIn, comment)
        }
    }

    private static func call(
        _ fixture: ServerFixture, _ door: AccessVisit.Door, _ method: HTTPRequest.Method, _ path: String
    ) async throws -> Answer {
        var headers = try door.headers(method.rawValue, path, [])
        if method != .get {
            headers["Origin"] = BrowserFixture.origin
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        }
        return try await fixture.call(method, path, .remote, headers: headers, bytes: method == .get ? nil : [])
    }
}
