/// What a person or an API key may do. Each role includes the ones before it.
public enum Role: String, Codable, Sendable, CaseIterable {
    /// Sees the fleet.
    case viewer
    /// Also enters, names and enrols devices, and runs jobs.
    case `operator`
    /// Also removes devices, and manages people, keys, jobs and backups.
    case admin
}

extension Role: Comparable {
    /// By rights.
    public static func < (one: Role, other: Role) -> Bool { one.rank < other.rank }

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .operator: 1
        case .admin: 2
        }
    }
}
