/// A text that is never printed: descriptions, dumps and logs show `<redacted>`.
public struct Secret: Hashable, Sendable, Codable {
    /// The text itself. Use it only where it leaves for stdin, a 0600 file or a pinned connection.
    public let revealed: String

    /// Wraps a secret text.
    public init(_ revealed: String) { self.revealed = revealed }

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
