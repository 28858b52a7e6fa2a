import Foundation
import Hummingbird
import WatchmanCore

/// Where a person lets watchman on their machine act for them. What is approved goes to a port of the browser's own machine and nowhere
/// else (RFC 8252, 7.3), so whoever sends a person here from afar gets nothing.
struct CommandLinePage: Sendable {
    let fleet: Fleet
    let templates: Templates

    var all: [Page] {
        [
            Page(.get, "/cli-login", .scoped(.viewer)) { visit in
                try self.page(visit, try CommandLineRequest { visit.asked($0) ?? "" })
            },
            Page(.post, "/cli-login", .scoped(.viewer), self.decide),
        ]
    }

    private func page(_ visit: Visit, _ request: CommandLineRequest) throws -> Response {
        let person = try visit.signedIn().person
        let hours = Words.count(max(1, self.fleet.logins.keyLifetime / 3600), "hour")
        let view = CommandLineView(
            layout: Layout("Log in", nil, visit), request: request, source: visit.source,
            rights: Rights(role: person.role, mayReveal: person.mayReveal, scope: person.scope).words, life: hours)
        return try self.templates.page("cli-login", view)
    }

    private func decide(_ visit: Visit) async throws -> Response {
        let request = try CommandLineRequest { visit.field($0) }
        guard visit.field("decision") == "approve" else {
            return try self.goBack(visit, request, "Nothing was approved", [("error", "access_denied")])
        }
        let approval = CommandLineLogins.Approval(
            person: try visit.signedIn().person, machine: request.name,
            challenge: Data(base64URL: request.challenge) ?? Data())
        let code = try self.fleet.logins.approve(approval, now: visit.now)
        return try self.goBack(visit, request, "You are logged in on \(request.name)", [("code", code.revealed)])
    }

    private func goBack(
        _ visit: Visit, _ request: CommandLineRequest, _ heading: String, _ answer: [(String, String?)]
    ) throws -> Response {
        let address = "http://127.0.0.1:\(request.port)/callback"
        let view = PassageView(
            layout: Layout("Log in", nil, visit), heading: heading, text: "The command line goes on by itself.",
            next: PagePath.query(address, answer + [("state", request.state)]), label: "Hand it over again")
        return try self.templates.passage(view)
    }
}

/// What a command line asks for.
struct CommandLineRequest: Sendable {
    let port: Int
    let challenge: String
    let state: String
    /// What the machine calls itself.
    let name: String

    /// - Throws: `WatchmanError` (`invalid`) if it is not what our command line sends.
    init(_ field: (String) -> String) throws {
        let (challenge, state) = (field("challenge"), field("state"))
        let name = OutsideText.clean(field("name"), limit: 64)
        guard let port = Int(field("port")), (1024...65535).contains(port), challenge.utf8.count == 43,
            (22...64).contains(state.utf8.count), (challenge + state).utf8.allSatisfy(ASCII.isBase64URL), !name.isEmpty
        else {
            throw WatchmanError(
                .invalid, "this address is not complete: begin again", hint: "watchman admin login --browser")
        }
        (self.port, self.challenge, self.state, self.name) = (port, challenge, state, name)
    }
}

/// The question whether a machine may act for a person.
struct CommandLineView: Sendable {
    let layout: Layout
    let request: CommandLineRequest
    /// The browser's address.
    let source: String
    let rights: String
    let life: String
}
