/// Which devices are meant, as people write it: `site=berlin`, `name=edge-*`, `all`.
///
/// A term is a tag, or `name=` and a name; `*` stands for any text. `+` joins terms that must all fit, `,` joins alternatives:
/// `site=berlin+arm,name=tower` are Berlin's arm devices and tower.
public struct DeviceSelector: Hashable, Sendable {
    /// What one term asks for.
    public enum Term: Hashable, Sendable {
        /// Nothing.
        case all
        /// A name that fits this pattern.
        case name(String)
        /// Some tag that fits this pattern.
        case tag(String)
    }

    /// The text that it was read from.
    public let text: String
    /// A device is meant if it fits all terms of one of these.
    public let alternatives: [[Term]]

    /// Reads a selector.
    ///
    /// - Throws: `WatchmanError` (`invalid`) that names the wrong term.
    public init(_ text: String) throws {
        guard text.utf8.count <= 500 else {
            throw WatchmanError(.invalid, "the choice of devices is longer than 500 bytes")
        }
        let split: (ArraySlice<UInt8>, Character) -> [ArraySlice<UInt8>] = { bytes, separator in
            bytes.split(omittingEmptySubsequences: false) { $0 == separator.asciiValue }
        }
        self.text = text
        self.alternatives = try split(Array(text.utf8)[...], ",").map { try split($0, "+").map(Self.term) }
    }

    private static func term(_ bytes: ArraySlice<UInt8>) throws -> Term {
        let text = String(decoding: bytes, as: UTF8.self)
        if text == "all" { return .all }
        let allowed = bytes.allSatisfy { ASCII.isAlphanumeric($0) || "._-=*".utf8.contains($0) }
        guard let first = bytes.first, allowed, ASCII.isAlphanumeric(first) || first == UInt8(ascii: "*") else {
            throw WatchmanError(
                .invalid,
                "'\(OutsideText.clean(text, limit: 64))' chooses no devices: write all, a tag such as site=berlin, or name=edge-*"
            )
        }
        let name = Array("name=".utf8)
        return bytes.starts(with: name)
            ? .name(String(decoding: bytes.dropFirst(name.count), as: UTF8.self)) : .tag(text)
    }
}
