import Foundation
import WatchmanCore

/// The page about join tokens.
struct EnrolView: Sendable {
    /// A token that was just made: the only time it is shown.
    struct Made: Sendable {
        let token: String
        let line: String
        let register: String
        let terms: String

        init(_ new: NewJoinToken, server: String) {
            self.token = new.token.revealed
            self.line = EnrolmentLine.text(token: new.token.revealed, server: server, keyPin: new.keyPin)
            self.register = "echo \(new.token.revealed) | ./watchman register --server \(server)"
            let lifetime = new.summary.expiresAt.timeIntervalSince(new.summary.createdAt)
            let word = new.summary.approval == .manual ? " You approve each of them here." : ""
            self.terms =
                "It enrols \(Words.count(new.summary.maxUses, "device")) and ends in \(ElapsedTime.words(lifetime)).\(word)"
        }
    }

    struct Row: Sendable {
        let id: String
        let mark: Mark
        let uses: String
        let tags: [String]
        /// What else it asks for, in words.
        let rules: String?
        let createdAt: Moment
        let expiresAt: Moment
        /// Where to withdraw it, or nil if that would change nothing.
        let revokePath: String?
    }

    struct List: Sendable { let tokens: [Row] }

    /// A device that waits, with what to compare.
    struct Applicant: Sendable {
        let name: String
        let facts: [Fact]
        let at: Moment
        let tags: [String]
        let path: String
        /// The offline device that it may be.
        let twin: Twin?
    }

    struct Twin: Sendable {
        let id: String
        let name: String
        let path: String
        let trait: String
        /// Where to say that it takes that device's place.
        let replacePath: String

        init(_ resemblance: Resemblance, replacePath: String) {
            self.id = resemblance.id
            self.name = resemblance.name
            self.path = "/devices/\(resemblance.id)"
            self.trait = resemblance.trait == .serial ? "serial number" : "machine id"
            self.replacePath = replacePath
        }
    }

    struct Queue: Sendable {
        let rows: [Applicant]
        let summary: String
    }

    /// Tokens that are listed: those that can be used come first, so none of them is missing before this many are out.
    private static let limit = 100
    private static let lifetimes = [
        (3600, "1 hour"), (8 * 3600, "8 hours"), (86400, "1 day"), (7 * 86400, "1 week"), (30 * 86400, "30 days"),
    ]

    let layout: Layout
    let note: Note?
    let made: Made?
    let queue: Queue?
    let summary: String
    let list: List?
    let lifetimes: [Choice]
    let approvals: [Choice]
    let uses: String
    let tagsTyped: String
    let fromTyped: String

    init(
        _ tokens: [JoinTokenSummary], _ applicants: [ApplicantSummary], made: Made?, error: WatchmanError?,
        _ visit: Visit
    ) {
        let active = tokens.filter { $0.state == .active }
        let shown = (active + tokens.filter { $0.state != .active }).prefix(Self.limit)
        let typed = error == nil ? [:] : visit.form
        let lifetime = typed["lifetime"].flatMap { Int($0) } ?? 3600
        self.layout = Layout("Enrol", .enrol, visit)
        self.note = error.map(Note.init)
        self.made = made
        self.queue = applicants.isEmpty ? nil : Self.queue(applicants, visit)
        self.summary = "\(active.isEmpty ? "none" : Words.count(active.count)) can be used"
        self.list = shown.isEmpty ? nil : List(tokens: shown.map { Self.row($0, visit) })
        self.lifetimes = Self.lifetimes.map {
            Choice(value: "\($0.0)", label: $0.1, isSelected: $0.0 == lifetime)
        }
        self.uses = typed["uses"] ?? "1"
        self.approvals = [(Approval.auto, "are let in at once"), (.manual, "wait until someone approves them")].map {
            Choice(value: $0.0.rawValue, label: $0.1, isSelected: typed["approve"] == $0.0.rawValue)
        }
        self.tagsTyped = typed["tags"] ?? ""
        self.fromTyped = typed["from"] ?? ""
    }

    private static func queue(_ applicants: [ApplicantSummary], _ visit: Visit) -> Queue {
        let rows = applicants.prefix(self.limit).map { applicant in
            let path = "/enrol/applicants/\(PercentEncoding.encode(applicant.id))"
            let optional = [("Machine id", applicant.facts.machineID), ("Serial number", applicant.facts.serial)]
            return Applicant(
                name: applicant.name ?? OutsideText.deviceName(fromHostname: applicant.facts.hostname) ?? "device",
                facts: [
                    Fact("Key", applicant.keyFingerprint, isCode: true),
                    Fact("Address", applicant.source, isCode: true),
                    Fact("Host name", applicant.facts.hostname, isCode: true),
                ] + optional.compactMap { name, text in text.map { Fact(name, $0, isCode: true) } } + [
                    Fact("System", "\(applicant.facts.system), \(applicant.facts.architecture)"),
                    Fact("Token", applicant.token, isCode: true), Fact("ID", applicant.id, isCode: true),
                ], at: Moment(applicant.createdAt, now: visit.now), tags: applicant.tags, path: path,
                twin: applicant.resembles.map { Twin($0, replacePath: "\(path)/approve") })
        }
        return Queue(rows: rows, summary: "\(Words.count(applicants.count, "device"))")
    }

    private static func rules(_ token: JoinTokenSummary) -> String? {
        let from = token.sources.map(\.text).joined(separator: ", ")
        let rules = (token.approval == .manual ? ["with approval"] : []) + (from.isEmpty ? [] : ["from \(from)"])
        return rules.isEmpty ? nil : rules.joined(separator: ", ")
    }

    private static func row(_ token: JoinTokenSummary, _ visit: Visit) -> Row {
        Row(
            id: token.id, mark: self.mark(token.state),
            uses: "\(Words.count(token.uses)) of \(Words.count(token.maxUses))",
            tags: token.tags, rules: self.rules(token), createdAt: Moment(token.createdAt, now: visit.now),
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
