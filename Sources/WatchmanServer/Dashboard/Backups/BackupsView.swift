import WatchmanCore

/// The page about backups.
struct BackupsView: Sendable {
    struct Row: Sendable {
        let name: String
        let createdAt: Moment
        let size: String
        let devices: String
        let mark: Mark
        let detail: String?
        /// Where to verify it, or nil for those who may not.
        let verifyPath: String?
    }

    struct List: Sendable { let rows: [Row] }

    /// Backups that are listed, the newest.
    private static let limit = 200

    let layout: Layout
    let note: Note?
    let subtitle: String
    let canCreate: Bool
    let list: List?

    init(_ backups: BackupList, error: WatchmanError?, _ visit: Visit) {
        let newest = backups.backups.first.map { ", the newest \(Moment($0.createdAt, now: visit.now).words)" }
        self.layout = Layout("Backups", .backups, visit)
        self.note = error.map(Note.init)
        self.subtitle = "\(Words.count(backups.backups.count, "backup")) in \(backups.folder)\(newest ?? "")"
        self.canCreate = visit.may(.admin)
        self.list =
            backups.backups.isEmpty
            ? nil : List(rows: backups.backups.prefix(Self.limit).map { Self.row($0, visit) })
    }

    private static func row(_ backup: BackupSummary, _ visit: Visit) -> Row {
        let verification = backup.verification
        let mark =
            if backup.problem != nil { Mark(.bad, "cannot be read") } else if let verification {
                verification.isSound ? Mark(.ok, "verified") : Mark(.bad, "damaged")
            } else { Mark(.idle, "not verified") }
        return Row(
            name: backup.name, createdAt: Moment(backup.createdAt, now: visit.now), size: Words.bytes(backup.size),
            devices: backup.devices.map { Words.count($0) } ?? "?", mark: mark,
            detail: backup.problem
                ?? verification.map { "\(Moment($0.at, now: visit.now).words): \($0.summary)" },
            verifyPath: visit.may(.admin) ? "/backups/\(PercentEncoding.encode(backup.name))/verify" : nil)
    }
}
