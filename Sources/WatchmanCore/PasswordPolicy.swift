public import Foundation

/// When root passwords are replaced.
public struct PasswordPolicy: Hashable, Sendable {
    /// Replaced passwords that are kept for each device, for a disk that comes back from an old image.
    public static let history = 5

    /// Seconds after which a password is replaced, or nil for never.
    public var maxAge: Int?
    /// Seconds after which a password that a person saw is replaced.
    public var revealRotatesAfter: Int

    /// Creates a policy.
    public init(maxAge: Int? = 30 * 86400, revealRotatesAfter: Int = 3600) {
        self.maxAge = maxAge
        self.revealRotatesAfter = revealRotatesAfter
    }

    /// When a password that was set at `moment` is replaced, or nil for never. A tenth either way is left to chance, so that devices that
    /// were enrolled in one hour do not change their passwords in one hour ever after.
    public func due(after moment: Date) -> Date? {
        self.maxAge.map { moment + TimeInterval($0) * .random(in: 0.9...1.1) }
    }

    /// When a password that a person saw at `moment` is replaced.
    public func due(seenAt moment: Date) -> Date { moment + TimeInterval(self.revealRotatesAfter) }
}
