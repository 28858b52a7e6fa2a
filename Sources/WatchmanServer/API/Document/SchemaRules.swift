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
        // SSHPublicKey.init(line:)
        ObjectIdentifier(SSHPublicKey.self): (
            ["type": "string", "pattern": "^(ssh|ecdsa)-[a-z0-9-]+ AAAA[A-Za-z0-9+/]+={0,2}( .*)?$"],
            SSHPrivateKey.generate().publicKey
        ),
        ObjectIdentifier(JSON.self): (["type": "object"], JSON.null),
    ]

    private static let int64: JSON = [
        "type": "integer", "format": "int64", "minimum": .integer(.min), "maximum": .integer(.max),
    ]

    private static let deviceName: JSON = ["pattern": .text(DeviceName.pattern)]
    private static let userName: JSON = ["pattern": .text(UserName.pattern)]
    private static let tags: JSON = [
        "items": ["pattern": .text(DeviceName.tagPattern), "maxLength": .integer(DeviceName.longestTag)]
    ]
    /// The characters that `OutsideText.clean` drops, as far as JavaScript's 16-bit characters go.
    private static let dangerous =
        "\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890-\\u0891\\u08e2\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2064\\u2066-\\u206f\\ue000-\\uf8ff\\ufeff\\ufff9-\\ufffb"
    /// Something that is left when `OutsideText.clean` took the rest away.
    private static let words: JSON = ["pattern": .text("[^\(dangerous)]")]
    /// A line that `OutsideText.clean` leaves as it is, or nothing.
    static func line(_ limit: Int) -> String { "^[^\(self.dangerous)]{0,\(limit)}$" }
    private static let backups: JSON = ["minimum": 0, "maximum": 10_000]
    /// RandomText.identifier.
    private static func identifier(_ digits: Int) -> JSON { ["pattern": .text("^[a-z2-7]{\(digits)}$")] }

    /// By message and field.
    static let rules: [String: JSON] = [
        // Store.create(_:name:role:actor:now:)
        "APIKeyRequest.name": words,
        "APIKeySummary.id": identifier(8),
        // Ed25519 is what `connect` makes; the fixed part is the length and name of the blob's first string (RFC 8709, section 4).
        "ConnectRequest.publicKey": [
            "pattern": "^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-P][A-Za-z0-9+/]{42}$"
        ],
        // Store.change
        "DeviceChange.addTags": tags,
        "DeviceChange.name": deviceName,
        "DeviceSummary.id": identifier(10),
        "DeviceSummary.name": deviceName,
        "DeviceSummary.port": ["minimum": 1, "maximum": 65535],
        "DeviceSummary.tags": tags,
        // Backups.prune
        "BackupPruneRequest.keepDaily": backups,
        "BackupPruneRequest.keepMonthly": backups,
        "BackupPruneRequest.keepWeekly": backups,
        // Store.create(_:_:actor:now:)
        "JoinTokenRequest.lifetime": [
            "minimum": .integer(JoinTokenRequest.lifetimes.lowerBound),
            "maximum": .integer(JoinTokenRequest.lifetimes.upperBound),
        ],
        "JoinTokenRequest.tags": tags,
        "JoinTokenRequest.uses": ["minimum": 1, "maximum": 100_000],
        "JoinTokenSummary.id": identifier(8),
        // Fleet.register
        "RegistrationRequest.hostKeys": ["minItems": 1, "maxItems": 8],
        "RegistrationRequest.name": deviceName,
        "ServerIdentity.product": ["const": "watchman"],
        // Store.addUser
        "UserRequest.name": userName,
        "UserSummary.name": userName,
    ]

    /// By the name of a part of a path. What does not fit is not found.
    static let pathParameters: [String: (summary: String, schema: JSON)] = [
        "backup": ("A backup's name.", ["pattern": "^watchman-[0-9]{8}T[0-9]{6}Z\\.tar$"]),
        "device": ("A device's id, its name, or the beginning of just one of them.", deviceName),
        "key": ("An API key's id.", identifier(8)),
        "token": ("A join token's id.", identifier(8)),
        "user": ("A person's name.", userName),
    ].mapValues { ($0.0, JSON.object(["type": "string"]).merging($0.1)) }
}
