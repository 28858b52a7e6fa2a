/// Which devices to list, in which order and from where on: the query of `GET /api/v1/devices`.
public struct DeviceQuery: Hashable, Sendable {
    /// What rows are ordered by; names break ties.
    public enum Order: String, Codable, Sendable, CaseIterable {
        case id, name, state, port
        /// The one seen last comes first, those never seen come last.
        case lastSeen = "last-seen"

        /// Whether devices keep their place while they come and go.
        public var isSteady: Bool { self != .state && self != .lastSeen }
    }

    /// Rows that a page may have.
    public static let limits = 1...1000

    /// Text in the id, name, host name or a tag; ASCII letters match in either case.
    public var search: String?
    /// Only devices in this state.
    public var state: DeviceState?
    /// Only devices with exactly this tag.
    public var tag: String?
    /// What rows are ordered by.
    public var sort: Order
    /// Whether the order is turned round.
    public var isReversed: Bool
    /// The `next` of the page before, or nil for the first page.
    public var after: String?
    /// Rows of a page.
    public var limit: Int

    /// Creates a query.
    public init(
        search: String? = nil, state: DeviceState? = nil, tag: String? = nil, sort: Order = .name,
        isReversed: Bool = false, after: String? = nil, limit: Int = 100
    ) {
        self.search = search
        self.state = state
        self.tag = tag
        self.sort = sort
        self.isReversed = isReversed
        self.after = after
        self.limit = limit
    }

    /// Reads the parameters of a URL; one that is empty counts as absent.
    ///
    /// - Throws: `WatchmanError` (`invalid`) that names the parameter.
    public init(_ parameter: (String) -> String?) throws {
        func given(_ name: String) -> String? { parameter(name).flatMap { $0.isEmpty ? nil : $0 } }
        self.init(search: given("search"), tag: given("tag"), after: given("after"))
        self.state = try given("state").map { try Self.choice("state", $0) }
        self.sort = try given("sort").map { try Self.choice("sort", $0) } ?? .name
        self.isReversed = try given("reverse").map { try Self.flag("reverse", $0) } ?? false
        if let limit = given("limit") {
            guard let number = Int(limit) else { throw WatchmanError(.invalid, "limit is not a number") }
            self.limit = number
        }
        try self.check()
    }

    /// Refuses what no list can answer.
    ///
    /// - Throws: `WatchmanError` (`invalid`).
    public func check() throws {
        guard Self.limits.contains(self.limit) else { throw WatchmanError(.invalid, "limit is not from 1 to 1000") }
        for (name, text) in [("search", self.search), ("tag", self.tag)] {
            guard let text else { continue }
            let isClean = OutsideText.clean(text, limit: 253 * 4).utf8.elementsEqual(text.utf8)
            guard text.unicodeScalars.count <= 253, isClean else {
                throw WatchmanError(.invalid, "\(name) is longer than 253 characters or holds control characters")
            }
        }
    }

    /// The path and query of the request.
    public var path: String {
        let parameters = [
            ("search", self.search), ("state", self.state?.rawValue), ("tag", self.tag), ("sort", self.sort.rawValue),
            ("reverse", self.isReversed ? "true" : nil), ("after", self.after), ("limit", "\(self.limit)"),
        ]
        let pairs = parameters.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.encode($0))" } }
        return "/api/v1/devices?\(pairs.joined(separator: "&"))"
    }

    private static func choice<Value: RawRepresentable<String> & CaseIterable>(_ name: String, _ text: String) throws
        -> Value
    {
        guard let value = Value(rawValue: text) else {
            let choices = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw WatchmanError(.invalid, "\(name) is one of \(choices)")
        }
        return value
    }

    private static func flag(_ name: String, _ text: String) throws -> Bool {
        guard let value = Bool(text) else { throw WatchmanError(.invalid, "\(name) is true or false") }
        return value
    }
}
