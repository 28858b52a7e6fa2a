public import Foundation

/// A device that asks to be let in and waits for a person's word. Everything it says of itself may be a lie.
public struct ApplicantSummary: Codable, Hashable, Sendable {
    /// What became of it.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// Nobody has decided.
        case waiting
        /// A person said no.
        case rejected
    }

    /// The id; once approved the device has the same.
    public var id: String
    /// What became of it.
    public var state: State
    /// The name it asks for, or nil to take its host name.
    public var name: String?
    /// What it says it is.
    public var facts: DeviceFacts
    /// The address that it asked from.
    public var source: String
    /// Fingerprint of its key, which `register` prints on the device, too.
    public var keyFingerprint: String
    /// Id of the join token that it brought.
    public var token: String
    /// Tags that it will get.
    public var tags: [String]
    /// When it asked first.
    public var createdAt: Date
    /// The device that it may be, set up anew.
    public var resembles: Resemblance?

    /// Creates a row.
    public init(
        id: String, state: State, name: String?, facts: DeviceFacts, source: String, keyFingerprint: String,
        token: String, tags: [String], createdAt: Date, resembles: Resemblance?
    ) {
        self.id = id
        self.state = state
        self.name = name
        self.facts = facts
        self.source = source
        self.keyFingerprint = keyFingerprint
        self.token = token
        self.tags = tags
        self.createdAt = createdAt
        self.resembles = resembles
    }
}

/// A hint that two devices are one machine, one of them from before it was set up anew. It comes from what they say, so it proves nothing.
public struct Resemblance: Codable, Hashable, Sendable {
    /// What they have in common.
    public enum Trait: String, Codable, Sendable, CaseIterable {
        /// The hardware's serial number.
        case serial
        /// machine-id(5).
        case machineID = "machine-id"
    }

    /// Id of the older device, which is offline.
    public var id: String
    /// Its name.
    public var name: String
    /// What they have in common.
    public var trait: Trait

    /// Creates a hint.
    public init(id: String, name: String, trait: Trait) {
        self.id = id
        self.name = name
        self.trait = trait
    }
}

/// `GET /api/v1/applicants`: the devices that wait.
public struct ApplicantList: Codable, Sendable {
    /// The rows, oldest first.
    public var applicants: [ApplicantSummary]

    /// Creates a list.
    public init(applicants: [ApplicantSummary]) { self.applicants = applicants }
}

/// `POST /api/v1/applicants/ID/approve`: let a device in.
public struct ApprovalRequest: Codable, Sendable {
    /// The name to give it, or nil for the one it asks for.
    public var name: String?
    /// The enrolled device whose place it takes, or nil for a place of its own.
    public var replace: String?

    /// Creates a request.
    public init(name: String? = nil, replace: String? = nil) {
        self.name = name
        self.replace = replace
    }
}

/// `POST /api/v1/devices/REF/replace`: another machine, or the same one set up anew, takes this device's place.
public struct ReplaceRequest: Codable, Sendable {
    /// The device or the applicant that takes its place.
    public var with: String

    /// Creates a request.
    public init(with: String) { self.with = with }
}
