import Foundation
import WatchmanCore

/// What the types of the messages do not tell of their JSON form: patterns and bounds. The code that checks them is named beside each.
enum SchemaRules {
    /// The schema of a type that has no fields of its own, and a value of it.
    static func leaf(_ type: Any.Type) -> (schema: JSON, value: any Sendable)? { self.leaves[ObjectIdentifier(type)] }

    private static let leaves: [ObjectIdentifier: (schema: JSON, value: any Sendable)] = [
        ObjectIdentifier(Bool.self): (["type": "boolean"], false),
        ObjectIdentifier(String.self): (["type": "string"], ""),
        ObjectIdentifier(Secret.self): (["type": "string"], Secret("")),
        ObjectIdentifier(Int.self): (Self.int64, 0),
        ObjectIdentifier(Int64.self): (Self.int64, Int64(0)),
        ObjectIdentifier(Double.self): (["type": "number"], 0.0),
        // The seconds of `WireJSON`: whole, and in UTC.
        ObjectIdentifier(Date.self): (["type": "string", "format": "date-time"], Date(timeIntervalSince1970: 0)),
        // Its milliseconds are kept, because the row's hash has them.
        ObjectIdentifier(AuditTime.self): (["type": "string", "format": "date-time"], AuditTime("")),
        // SSHPublicKey.init(line:)
        ObjectIdentifier(SSHPublicKey.self): (
            ["type": "string", "format": "ssh-public-key"],
            SSHPrivateKey.generate().publicKey
        ),
        ObjectIdentifier(CIDR.self): (
            ["type": "string", "format": "cidr", "examples": ["192.0.2.0/24", "2001:db8::/32"]],
            try? CIDR("192.0.2.0/24")
        ),
        ObjectIdentifier(JSON.self): (["type": "object"], JSON.null),
    ]

    private static let int64: JSON = [
        "type": "integer", "format": "int64", "minimum": .integer(.min), "maximum": .integer(.max),
    ]

    private static let deviceName: JSON = ["pattern": .text(DeviceName.pattern)]
    private static let bootID: JSON = ["pattern": .text(BootID.pattern)]
    private static let userName: JSON = ["pattern": .text(UserName.pattern)]
    private static let tags: JSON = [
        "items": ["pattern": .text(DeviceName.tagPattern), "maxLength": .integer(DeviceName.longestTag)]
    ]
    /// The characters that `OutsideText.clean` drops. Those beyond 16 bits stand for themselves: each engine escapes them in its own way.
    private static let dangerous =
        "\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890-\\u0891\\u08e2\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2064\\u2066-\\u206f\\ue000-\\uf8ff\\ufeff\\ufff9-\\ufffb\u{110bd}\u{110cd}\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}\u{f0000}-\u{ffffd}\u{100000}-\u{10fffd}"
    /// Something that is left when `OutsideText.clean` took the rest away.
    private static let words: JSON = ["pattern": .text("[^\(dangerous)]")]
    /// A line that `OutsideText.clean` leaves as it is, or nothing.
    static func line(_ limit: Int) -> String { "^[^\(self.dangerous)]{0,\(limit)}$" }
    private static func bounds(_ range: ClosedRange<Int>) -> JSON {
        ["minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
    }
    private static let backups = bounds(0...10_000)
    private static let cron: JSON = [
        "format": "cron",
        "pattern": "^[ \\t]*(@[a-z]+|[0-9A-Za-z*/,-]+([ \\t]+[0-9A-Za-z*/,-]+){4})[ \\t]*$",
        "examples": ["30 3 * * 1-5", "@daily"],
    ]
    private static let timeZone: JSON = [
        "format": "time-zone", "pattern": "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$", "examples": ["UTC", "Europe/Berlin"],
    ]
    private static let selector: JSON = [
        "pattern": "^[A-Za-z0-9*][A-Za-z0-9._=*-]*([,+][A-Za-z0-9*][A-Za-z0-9._=*-]*)*$", "maxLength": 500,
        "examples": ["all", "site=berlin", "name=edge-*"],
    ]
    /// RandomText.identifier.
    private static func identifier(_ digits: Int) -> JSON { ["pattern": .text("^[a-z2-7]{\(digits)}$")] }

    /// By message and field.
    static let rules: [String: JSON] = [
        "ApplicantSummary.id": identifier(10),
        // Store.approve
        "ApprovalRequest.name": deviceName,
        "ApprovalRequest.replace": deviceName,
        // Store.create(_:_:actor:now:)
        "APIKeyRequest.lifetime": bounds(APIKeyRequest.lifetimes),
        "APIKeyRequest.name": words,
        "APIKeyRequest.scope": selector,
        "APIKeySummary.id": identifier(8),
        // Store.change
        "DeviceChange.addTags": tags,
        "DeviceChange.name": deviceName,
        "DeviceSummary.id": identifier(10),
        "DeviceSummary.name": deviceName,
        "DeviceSummary.port": bounds(1...65535),
        "DeviceSummary.tags": tags,
        // Backups.prune
        "BackupPruneRequest.keepDaily": backups,
        "BackupPruneRequest.keepMonthly": backups,
        "BackupPruneRequest.keepWeekly": backups,
        // Job.plan and Job.init
        "JobChange.concurrency": bounds(JobRequest.concurrencies),
        "JobChange.cron": cron,
        "JobChange.jitter": bounds(JobRequest.jitters),
        "JobChange.timeZone": timeZone,
        "JobChange.timeout": bounds(JobRequest.timeouts),
        "JobRequest.command": ["minItems": 1, "items": ["pattern": "^[^\\u0000]*$"]],
        "JobRequest.concurrency": bounds(JobRequest.concurrencies),
        "JobRequest.cron": cron,
        "JobRequest.devices": selector,
        "JobRequest.jitter": bounds(JobRequest.jitters),
        "JobRequest.name": deviceName,
        "JobRequest.timeZone": timeZone,
        "JobRequest.timeout": bounds(JobRequest.timeouts),
        // Store.create(_:_:actor:now:)
        "JoinTokenRequest.lifetime": bounds(JoinTokenRequest.lifetimes),
        "JoinTokenRequest.sources": ["maxItems": .integer(JoinTokenRequest.mostSources)],
        "JoinTokenRequest.tags": tags,
        "JoinTokenRequest.uses": bounds(1...100_000),
        "JoinTokenSummary.id": identifier(8),
        // CheckInRequest.plausible and Store.choose
        "CheckInRequest.bootID": bootID,
        "CheckInRequest.hostKeys": ["minItems": 1, "maxItems": 8],
        "DeviceInstance.bootID": bootID,
        "InstanceChoice.instance": bootID,
        "KeyChange.bootID": bootID,
        // Fleet.requireEntry
        "ConnectRequest.user": ["pattern": "^[A-Za-z0-9_][A-Za-z0-9._-]{0,31}$", "examples": ["root"]],
        // Fleet.register
        "RegistrationRequest.hostKeys": ["minItems": 1, "maxItems": 8],
        "RegistrationRequest.name": deviceName,
        // Store.replace
        "ReplaceRequest.with": deviceName,
        // RevealRequest.checkedReason
        "RevealRequest.reason": [
            "pattern": .text("[^ \(dangerous)]"), "maxLength": .integer(RevealRequest.reasonLimit),
        ],
        // DeviceSelector.init
        "RotationRequest.devices": selector,
        "ServerIdentity.product": ["const": "watchman"],
        // Store.addUser and Store.changeUser
        "UserChange.scope": selector,
        "UserRequest.name": userName,
        "UserRequest.scope": selector,
        "UserSummary.name": userName,
    ]

    /// By the name of a part of a path. What does not fit is not found.
    static let pathParameters: [String: (summary: String, schema: JSON)] = [
        "applicant": ("The id of a device that waits, or its beginning.", deviceName),
        "backup": ("A backup's name.", ["pattern": "^watchman-[0-9]{8}T[0-9]{6}Z\\.tar$"]),
        "connection": (
            "A connection's number.",
            ["type": "integer", "format": "int64", "minimum": 1, "maximum": .integer(.max)]
        ),
        "device": ("A device's id, its name, or the beginning of just one of them.", deviceName),
        "job": ("A job's name.", deviceName),
        "key": ("An API key's id.", identifier(8)),
        "run": ("A run's number.", ["type": "integer", "format": "int64", "minimum": 1, "maximum": .integer(.max)]),
        "token": ("A join token's id.", identifier(8)),
        "user": ("A person's name.", userName),
    ].mapValues { ($0.0, JSON.object(["type": "string"]).merging($0.1)) }
}
