import Foundation
import WatchmanCore

/// What os-release(5) says of the distribution.
struct OSRelease: Hashable, Sendable {
    /// `PRETTY_NAME`, or `Linux`, the default that os-release(5) sets.
    let prettyName: String
    /// `ID` and the names of `ID_LIKE`, nearest first.
    let ids: [String]

    /// Parses lines of `NAME=value`, where the value may be in shell quotes.
    init(parsing content: Data) {
        var values: [String: String] = [:]
        for line in content.split(separator: UInt8(ascii: "\n")) {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: line[..<equals], as: UTF8.self)
            values[name] = Self.unquote(line[line.index(after: equals)...])
        }
        let name = OutsideText.clean(values["PRETTY_NAME"] ?? "", limit: 128)
        self.prettyName = name.isEmpty ? "Linux" : name
        self.ids = [values["ID"], values["ID_LIKE"]].compactMap { $0 }
            .flatMap { $0.utf8.split(separator: UInt8(ascii: " ")) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func unquote(_ value: Data) -> String {
        var bytes = Array(value)
        while let last = bytes.last, ASCII.isSpace(last) { bytes.removeLast() }
        guard let quote = bytes.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            return String(decoding: bytes, as: UTF8.self)
        }
        var result: [UInt8] = []
        var isEscaped = false
        for byte in bytes.dropFirst() {
            if !isEscaped && byte == quote { break }
            isEscaped = !isEscaped && byte == UInt8(ascii: "\\") && quote == UInt8(ascii: "\"")
            if !isEscaped { result.append(byte) }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
