/// A range of IP addresses: `192.0.2.0/24`, `2001:db8::/32`, or one address.
public struct CIDR: Hashable, Sendable {
    private let network: [UInt8]
    private let length: Int

    /// Reads a range.
    ///
    /// - Throws: `WatchmanError` (`invalid`) that says what is wrong.
    public init(_ text: String) throws {
        let shown = OutsideText.clean(text, limit: 64)
        let parts = Array(text.utf8.prefix(65)).split(
            separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress.bytes(parts[0]),
            let length = parts.count == 1
                ? address.count * 8 : IPAddress.number(parts[1], below: address.count * 8 + 1)
        else {
            throw WatchmanError(
                .invalid, "'\(shown)' is not a range of addresses: write 192.0.2.0/24 or 2001:db8::/32")
        }
        guard address.count == 4 || !address.starts(with: [UInt8](repeating: 0, count: 10) + [0xff, 0xff]) else {
            throw WatchmanError(.invalid, "'\(shown)' stands for an IPv4 address: write it as one")
        }
        self.network = Self.masked(address, length)
        self.length = length
        guard self.network == address else {
            throw WatchmanError(.invalid, "'\(shown)' goes beyond its prefix: the range is \(self.text)")
        }
    }

    /// The range in its shortest form, always with its length.
    public var text: String { "\(IPAddress.text(self.network))/\(self.length)" }

    /// Whether an address lies in the range; a text that is none never does.
    public func contains(_ address: String) -> Bool {
        guard let bytes = IPAddress.bytes(address.utf8), bytes.count == self.network.count else { return false }
        return Self.masked(bytes, self.length) == self.network
    }

    private static func masked(_ bytes: [UInt8], _ length: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(8, max(0, length - index * 8))
            return kept == 0 ? 0 : byte & (0xff << UInt8(8 - kept))
        }
    }
}

extension CIDR: Codable {
    /// Reads the text; throws `DecodingError.dataCorrupted` with the reason when it is not a range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(try container.decode(String.self))
        } catch let error as WatchmanError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.message)
        }
    }

    /// Writes `text`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.text)
    }
}
