import WatchmanCore

/// A line of a `<select>`.
struct Choice: Sendable {
    let value: String
    let label: String
    let isSelected: Bool

    /// The roles, lowest first.
    static func roles(_ selected: Role) -> [Choice] {
        Role.allCases.map { role in
            let label =
                switch role {
                case .viewer: "viewer: looks"
                case .operator: "operator: enters and enrols"
                case .admin: "admin: everything"
                }
            return Choice(value: role.rawValue, label: label, isSelected: role == selected)
        }
    }
}
