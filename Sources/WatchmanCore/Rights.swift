/// What a person or an API key may do, and to which devices.
public struct Rights: Hashable, Sendable {
    /// Those of root on the server.
    public static let all = Rights(role: .admin, mayReveal: true)

    /// What they may do.
    public var role: Role
    /// Whether they may see root passwords; no role includes it.
    public var mayReveal: Bool
    /// The only devices that exist for them, or nil for all.
    public var scope: DeviceSelector?

    /// Creates rights.
    public init(role: Role, mayReveal: Bool = false, scope: DeviceSelector? = nil) {
        self.role = role
        self.mayReveal = mayReveal
        self.scope = scope
    }

    /// Whether the others are no more than these. Of two scopes only the same text is known not to be more.
    public func cover(_ others: Rights) -> Bool {
        others.role <= self.role && (self.mayReveal || !others.mayReveal)
            && (self.scope == nil || self.scope == others.scope)
    }

    /// Refuses to hand out rights that are more than one's own.
    ///
    /// - Throws: `WatchmanError` (`forbidden`).
    public func requireCover(_ others: Rights) throws {
        guard self.cover(others) else {
            throw WatchmanError(.forbidden, "nobody hands out more than they have: yours is \(self.words)")
        }
    }

    /// As `admin reveal site=berlin`.
    public var words: String {
        [self.role.rawValue, self.mayReveal ? "reveal" : nil, self.scope?.text].compactMap { $0 }
            .joined(separator: " ")
    }
}

extension DeviceSelector {
    /// The scope that people write: nil, for all devices, if nothing is given or one alternative is just `all`.
    ///
    /// - Throws: `WatchmanError` (`invalid`) that names the wrong term.
    public static func scope(_ text: String?) throws -> DeviceSelector? {
        guard let text else { return nil }
        let selector = try DeviceSelector(text)
        return selector.alternatives.contains { $0.allSatisfy { $0 == .all } } ? nil : selector
    }
}
