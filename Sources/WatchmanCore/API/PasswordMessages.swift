public import Foundation

/// Where a device's root password stands; never the password.
public struct PasswordStanding: Codable, Hashable, Sendable {
    /// The version that the device confirmed last, or nil if it has confirmed none yet.
    public var version: Int?
    /// When it confirmed that.
    public var setAt: Date?
    /// Since when a new password waits for the device's confirmation, or nil.
    public var pendingSince: Date?
    /// When the device shall set a new one, or nil for never.
    public var dueAt: Date?

    /// Creates the standing.
    public init(version: Int? = nil, setAt: Date? = nil, pendingSince: Date? = nil, dueAt: Date? = nil) {
        self.version = version
        self.setAt = setAt
        self.pendingSince = pendingSince
        self.dueAt = dueAt
    }

    /// The standing for people: `held by the server, version 3 set 2 d ago, the next in 27 d`.
    public func words(now: Date) -> String {
        let since: (Date) -> String = { ElapsedTime.words(now.timeIntervalSince($0)) }
        var parts = ["held by the server"]
        if let version = self.version, let setAt = self.setAt {
            parts.append("version \(version) set \(since(setAt)) ago")
        }
        if let pendingSince = self.pendingSince {
            parts.append("a new one waits for the device for \(since(pendingSince))")
        } else if let dueAt = self.dueAt {
            parts.append(
                dueAt <= now
                    ? "the next at its next check-in" : "the next in \(ElapsedTime.words(dueAt.timeIntervalSince(now)))"
            )
        } else if self.version == nil {
            parts.append("the first at its next check-in")
        }
        return parts.joined(separator: ", ")
    }
}

/// `POST /api/v1/devices/REF/reveal-password`: a person wants to see a root password.
public struct RevealRequest: Codable, Sendable {
    /// Characters that a reason may have.
    public static let reasonLimit = 200

    /// Why, for the audit trail.
    public var reason: String
    /// Whether the replaced passwords are asked for, too.
    public var includesHistory: Bool?

    /// Creates a request.
    public init(reason: String, includesHistory: Bool? = nil) {
        self.reason = reason
        self.includesHistory = includesHistory
    }

    /// The reason, fit for the audit trail.
    ///
    /// - Throws: `WatchmanError` (`invalid`) if there is none or it is too long.
    public func checkedReason() throws -> String {
        let clean = OutsideText.clean(self.reason, limit: 4 * Self.reasonLimit)
        let isShort = self.reason.unicodeScalars.count <= Self.reasonLimit
        guard isShort, clean.utf8.contains(where: { $0 != UInt8(ascii: " ") }) else {
            throw WatchmanError(.invalid, "a password is revealed for a reason of 1 to \(Self.reasonLimit) characters")
        }
        return clean
    }
}

/// The root passwords that may be in force.
public struct RevealedPassword: Codable, Sendable {
    /// The one last confirmed.
    public var current: Secret?
    /// One that the device was told to set and has not confirmed.
    public var pending: Secret?
    /// Those that were replaced, newest first, if they were asked for.
    public var history: [PastPassword]?
    /// When the device shall set a new one, because these were seen.
    public var dueAt: Date?

    /// Creates an answer.
    public init(current: Secret?, pending: Secret?, history: [PastPassword]? = nil, dueAt: Date? = nil) {
        self.current = current
        self.pending = pending
        self.history = history
        self.dueAt = dueAt
    }
}

/// A root password that was replaced.
public struct PastPassword: Codable, Sendable {
    /// Counts the device's passwords from 1.
    public var version: Int
    /// When it was made.
    public var createdAt: Date
    /// The password.
    public var password: Secret

    /// Creates a row.
    public init(version: Int, createdAt: Date, password: Secret) {
        self.version = version
        self.createdAt = createdAt
        self.password = password
    }
}

/// `POST /api/v1/rotate-passwords`: devices shall set new root passwords.
public struct RotationRequest: Codable, Sendable {
    /// Which devices, as a selector.
    public var devices: String

    /// Creates a request.
    public init(devices: String) { self.devices = devices }
}

/// What became of a rotation that was asked for.
public struct RotationResult: Codable, Sendable {
    /// Devices that set a new root password at their next check-in.
    public var devices: Int

    /// Creates a result.
    public init(devices: Int) { self.devices = devices }
}

/// `POST /api/v1/escrow/rotate`: what became of a new key for all sealed secrets.
public struct EscrowRotation: Codable, Sendable {
    /// Secrets that are sealed under it.
    public var secrets: Int

    /// Creates a result.
    public init(secrets: Int) { self.secrets = secrets }
}
