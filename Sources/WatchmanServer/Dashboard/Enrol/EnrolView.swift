import Foundation
import WatchmanCore

/// The page about join tokens.
struct EnrolView: Sendable {
    /// A token that was just made: the only time it is shown.
    struct Made: Sendable {
        let token: String
        let register: String
        let terms: String

        init(_ new: NewJoinToken, server: String) {
            self.token = new.token.revealed
            self.register = "echo \(new.token.revealed) | ./watchman register --server \(server)"
            let lifetime = new.summary.expiresAt.timeIntervalSince(new.summary.createdAt)
            self.terms =
                "It enrols \(Words.count(new.summary.maxUses, "device")) and ends in \(ElapsedTime.words(lifetime))."
        }
    }

    struct Row: Sendable {
        let id: String
        let mark: Mark
        let uses: String
        let tags: [String]
        let createdAt: Moment
        let expiresAt: Moment
        /// Where to withdraw it, or nil if that would change nothing.
        let revokePath: String?
    }

    struct List: Sendable { let tokens: [Row] }

    /// Tokens that are listed: those that can be used come first, so none of them is missing before this many are out.
    private static let limit = 100
    private static let lifetimes = [
        (3600, "1 hour"), (8 * 3600, "8 hours"), (86400, "1 day"), (7 * 86400, "1 week"), (30 * 86400, "30 days"),
    ]

    let layout: Layout
    let note: Note?
    let made: Made?
    let summary: String
    let list: List?
    let lifetimes: [Choice]
    let uses: String
    let tagsTyped: String

    init(_ tokens: [JoinTokenSummary], made: Made?, error: WatchmanError?, _ visit: Visit) {
        let active = tokens.filter { $0.state == .active }
        let shown = (active + tokens.filter { $0.state != .active }).prefix(Self.limit)
        let typed = error == nil ? [:] : visit.form
        let lifetime = typed["lifetime"].flatMap { Int($0) } ?? 3600
        self.layout = Layout("Enrol", .enrol, visit)
        self.note = error.map(Note.init)
        self.made = made
        self.summary = "\(active.isEmpty ? "none" : Words.count(active.count)) can be used"
        self.list = shown.isEmpty ? nil : List(tokens: shown.map { Self.row($0, visit) })
        self.lifetimes = Self.lifetimes.map {
            Choice(value: "\($0.0)", label: $0.1, isSelected: $0.0 == lifetime)
        }
        self.uses = typed["uses"] ?? "1"
        self.tagsTyped = typed["tags"] ?? ""
    }

    private static func row(_ token: JoinTokenSummary, _ visit: Visit) -> Row {
        Row(
            id: token.id, mark: self.mark(token.state),
            uses: "\(Words.count(token.uses)) of \(Words.count(token.maxUses))",
            tags: token.tags, createdAt: Moment(token.createdAt, now: visit.now),
            expiresAt: Moment(token.expiresAt, now: visit.now),
            revokePath: token.state == .active ? "/enrol/\(PercentEncoding.encode(token.id))/revoke" : nil)
    }

    private static func mark(_ state: JoinTokenSummary.State) -> Mark {
        switch state {
        case .active: Mark(.ok, "active")
        case .used: Mark(.idle, "used up")
        case .expired: Mark(.idle, "expired")
        case .revoked: Mark(.bad, "revoked")
        }
    }
}
