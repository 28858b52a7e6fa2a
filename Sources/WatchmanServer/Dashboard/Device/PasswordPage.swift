import Foundation
import Hummingbird
import WatchmanCore
import WatchmanStore

/// A device's root password: a new one, or a look at it.
struct PasswordPage: Sendable {
    let fleet: Fleet
    let signIn: SignIn
    let templates: Templates

    var all: [Page] {
        [
            Page(.post, "/devices/:device/rotate-password", .scoped(.operator), self.rotate),
            Page(.post, "/devices/:device/reveal-password", .reveal, self.reveal),
        ]
    }

    private var device: DevicePage { DevicePage(fleet: self.fleet, templates: self.templates) }

    private func rotate(_ visit: Visit) async throws -> Response {
        do {
            let reference = try visit.parameter("device")
            _ = try await self.fleet.rotatePassword(reference, actor: try visit.actor(), now: visit.now)
            return .seeOther("/devices/\(reference)")
        } catch let error as WatchmanError where error.isAboutForm {
            return try await self.device.page(visit, error: error)
        }
    }

    /// The answer to the form itself, so that the password has no address of its own.
    private func reveal(_ visit: Visit) async throws -> Response {
        let info = try await self.fleet.store.device(try visit.parameter("device"), in: try visit.scope())
        let request = RevealRequest(
            reason: visit.field("reason"), includesHistory: visit.field("history") == "on" ? true : nil)
        do {
            _ = try request.checkedReason()
            try await self.signIn.prove(
                try visit.signedIn(), visit.secret("password"), source: visit.source, now: visit.now)
            let answer = try await self.fleet.revealPassword(
                info.device.id, request, actor: try visit.actor(), now: visit.now)
            return try self.templates.page("password", PasswordView(info.device, answer, visit))
        } catch let error as WatchmanError
            where [.invalid, .unauthenticated, .unavailable, .conflict].contains(error.code)
        {
            return try await self.device.page(visit, error: error)
        }
    }
}

/// A root password, shown once.
struct PasswordView: Sendable {
    struct Row: Sendable {
        let state: String
        let password: String
    }

    let layout: Layout
    let name: String
    let devicePath: String
    let rows: [Row]
    let due: String?

    init(_ device: Device, _ answer: RevealedPassword, _ visit: Visit) {
        self.layout = Layout("Root password of \(device.name)", .devices, visit)
        self.name = device.name
        self.devicePath = "/devices/\(device.id)"
        let present = [("In force", answer.current), ("Given, not confirmed yet", answer.pending)]
            .compactMap { state, password in password.map { Row(state: state, password: $0.revealed) } }
        self.rows =
            present
            + (answer.history ?? []).map {
                Row(state: "Version \($0.version), made \(Words.exact($0.createdAt))", password: $0.password.revealed)
            }
        self.due = answer.dueAt.map(Words.exact)
    }
}

/// What a device's page says of its root password.
struct PasswordPanel: Sendable {
    let standing: String
    let canRotate: Bool
    let canReveal: Bool
    let asksPassword: Bool

    /// Nil if the server does not hold it.
    init?(_ standing: PasswordStanding?, _ visit: Visit) {
        guard let standing else { return nil }
        self.standing = standing.words(now: visit.now)
        self.canRotate = visit.may(.operator)
        self.canReveal = visit.may(.reveal)
        self.asksPassword = visit.visitor?.hasPassword ?? true
    }
}
