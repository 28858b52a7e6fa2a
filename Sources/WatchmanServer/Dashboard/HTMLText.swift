import Mustache

/// Escapes text for HTML, in element content and in quoted attributes.
///
/// swift-mustache's own escaper goes by `Character`, and a quote followed by a combining mark is another `Character` than a quote:
/// `"` + U+0301 would pass through. This one goes by bytes.
struct HTMLText: MustacheContentType {
    /// The name by which templates choose it.
    static let name = "WATCHMAN"

    func escapeText(_ text: String) -> String { Self.escape(text) }

    /// The text with every character that HTML gives a meaning to written as a reference; NUL, which HTML forbids, as U+FFFD.
    static func escape(_ text: String) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): result += "&amp;".utf8
            case UInt8(ascii: "<"): result += "&lt;".utf8
            case UInt8(ascii: ">"): result += "&gt;".utf8
            case UInt8(ascii: "\""): result += "&quot;".utf8
            case UInt8(ascii: "'"): result += "&#39;".utf8
            case UInt8(ascii: "`"): result += "&#96;".utf8
            case UInt8(ascii: "="): result += "&#61;".utf8
            case 0: result += "\u{fffd}".utf8
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
