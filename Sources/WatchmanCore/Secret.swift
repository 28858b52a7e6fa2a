import Crypto
import Foundation

/// A text that is never printed: descriptions, dumps and logs show `<redacted>`.
public struct Secret: Hashable, Sendable, Codable {
    /// The text itself. Use it only where it leaves for stdin, a 0600 file or a pinned connection.
    public let revealed: String

    /// Wraps a secret text.
    public init(_ revealed: String) { self.revealed = revealed }

    /// Whether two are the same, in a time that does not tell how much of them is.
    public static func == (one: Secret, other: Secret) -> Bool {
        // SHA256Digest compares in constant time.
        SHA256.hash(data: Data(one.revealed.utf8)) == SHA256.hash(data: Data(other.revealed.utf8))
    }

    /// Reads a plain JSON string.
    public init(from decoder: any Decoder) throws {
        self.revealed = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes a plain JSON string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.revealed)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `<redacted>`.
    public var description: String { "<redacted>" }
    /// Always `<redacted>`.
    public var debugDescription: String { "<redacted>" }
    /// No children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
