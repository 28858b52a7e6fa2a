import WatchmanCore

/// A page of the list of devices.
struct DevicesView: Sendable {
    struct Column: Sendable {
        let title: String
        let path: String
        /// `ascending` or `descending` if the list is sorted by it.
        let order: String?
        let style: String?
    }

    struct Row: Sendable {
        let path: String
        let name: String
        let mark: Mark
        let reason: String?
        let lastSeen: Moment?
        let port: String
        let version: String
        let tags: [String]
    }

    struct List: Sendable {
        let columns: [Column]
        let rows: [Row]
    }

    let layout: Layout
    let found: String
    let canEnrol: Bool
    let search: String
    let states: [Choice]
    let tag: String
    let knownTags: [String]
    let sort: String
    let reverse: String
    let list: List?
    let isFiltered: Bool
    let firstPath: String?
    let nextPath: String?
    let hasPages: Bool

    init(_ page: DeviceList, _ query: DeviceQuery, total: Int, tags: [String], _ visit: Visit) {
        let isWhole = query.after == nil && page.next == nil
        self.layout = Layout("Devices", .devices, visit)
        self.isFiltered = query.search != nil || query.state != nil || query.tag != nil
        self.found =
            !self.isFiltered
            ? Words.count(total, "device")
            : "\(isWhole ? Words.count(page.devices.count) : "some") of \(Words.count(total, "device"))"
        self.canEnrol = visit.may(.operator)
        self.search = query.search ?? ""
        self.states =
            [Choice(value: "", label: "any", isSelected: query.state == nil)]
            + DeviceState.allCases.map {
                Choice(value: $0.rawValue, label: $0.rawValue, isSelected: $0 == query.state)
            }
        self.tag = query.tag ?? ""
        self.knownTags = tags
        self.sort = query.sort == .name ? "" : query.sort.rawValue
        self.reverse = query.isReversed ? "true" : ""
        self.list =
            page.devices.isEmpty
            ? nil : List(columns: Self.columns(query), rows: page.devices.map { Self.row($0, visit) })
        self.firstPath = query.after == nil ? nil : Self.path(query)
        self.nextPath = page.next.map { Self.path(query, after: $0) }
        self.hasPages = self.firstPath != nil || self.nextPath != nil
    }

    /// The list with another order or from another place on.
    private static func path(
        _ query: DeviceQuery, sort: DeviceQuery.Order? = nil, isReversed: Bool? = nil, after: String? = nil
    ) -> String {
        let (sort, isReversed) = (sort ?? query.sort, isReversed ?? query.isReversed)
        return PagePath.query(
            "/devices",
            [
                ("search", query.search), ("state", query.state?.rawValue), ("tag", query.tag),
                ("sort", sort == .name ? nil : sort.rawValue), ("reverse", isReversed ? "true" : nil), ("after", after),
            ])
    }

    private static func columns(_ query: DeviceQuery) -> [Column] {
        let all: [(DeviceQuery.Order, String, String?)] = [
            (.name, "Name", nil), (.state, "State", nil), (.lastSeen, "Last seen", "opt"),
            (.port, "Port", "opt number"),
        ]
        return all.map { order, title, style in
            let isCurrent = query.sort == order
            // Who was seen last comes first, so this order is the other way round.
            let isDescending = query.isReversed != (order == .lastSeen)
            return Column(
                title: title, path: self.path(query, sort: order, isReversed: isCurrent && !query.isReversed),
                order: isCurrent ? (isDescending ? "descending" : "ascending") : nil, style: style)
        }
    }

    private static func row(_ device: DeviceSummary, _ visit: Visit) -> Row {
        Row(
            path: "/devices/\(device.id)", name: device.name, mark: Mark(device), reason: device.reason,
            lastSeen: device.lastSeen.map { Moment($0, now: visit.now) }, port: "\(device.port)",
            version: device.agentVersion, tags: device.tags)
    }
}

extension Mark {
    /// Whether a device can be entered.
    init(_ device: DeviceSummary) {
        self =
            switch device.state {
            case .hostKeyChanged: Mark(.bad, "host keys changed")
            case .duplicate: Mark(.bad, "duplicate")
            case .online: Mark(.ok, "online")
            case .degraded: Mark(.warn, "degraded")
            case .offline: device.lastSeen == nil ? Mark(.idle, "never connected") : Mark(.bad, "offline")
            }
    }
}
