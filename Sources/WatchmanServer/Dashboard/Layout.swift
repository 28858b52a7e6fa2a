import WatchmanCore

/// What is around every page: head, navigation and who is signed in.
struct Layout: Sendable {
    /// The sections of the navigation, in its order.
    enum Section: String, CaseIterable, Sendable {
        case fleet, devices, enrol, gateway, jobs, backups, audit, people

        /// What people read.
        var label: String { self.rawValue.prefix(1).uppercased() + self.rawValue.dropFirst() }
        /// Where it is.
        var path: String { self == .fleet ? "/" : "/\(self.rawValue)" }
        /// Who sees it.
        var access: Access {
            switch self {
            case .fleet, .devices: .scoped(.viewer)
            case .enrol: .scoped(.operator)
            case .gateway, .jobs, .backups: .role(.viewer)
            case .audit, .people: .role(.admin)
            }
        }
    }

    struct Link: Sendable {
        let name: String
        let label: String
        let path: String
        let isCurrent: Bool
    }

    let title: String
    let links: [Link]
    /// The name of who is signed in, or nil.
    let user: String?
    let role: String?
    let stylePath: String
    let scriptPath: String
    let iconPath: String
    let version: String

    init(_ title: String, _ section: Section?, _ visit: Visit) {
        self.title = title
        self.links = Section.allCases.filter { visit.may($0.access) }.map {
            Link(name: $0.rawValue, label: $0.label, path: $0.path, isCurrent: $0 == section)
        }
        self.user = visit.visitor?.name
        self.role = visit.visitor?.person.role.rawValue
        self.stylePath = Assets.style.path
        self.scriptPath = Assets.script.path
        self.iconPath = Assets.icon.path
        self.version = Version.current
    }
}
