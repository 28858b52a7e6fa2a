import FoundationEssentials

/// The text around binary OpenSSH objects: base64 between a BEGIN and an END line.
enum SSHArmor {
    static func encode(_ bytes: [UInt8], label: String) -> String {
        let body = Data(bytes).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN \(label)-----\n\(body)\n-----END \(label)-----\n"
    }

    static func decode(_ text: String, label: String) throws(SSHFormatError) -> [UInt8] {
        let bytes = trimmed(text)
        guard bytes.count <= SSHReader.limit else { throw .tooLarge }
        let begin = Array("-----BEGIN \(label)-----".utf8)
        let end = Array("-----END \(label)-----".utf8)
        guard bytes.count >= begin.count + end.count, bytes.starts(with: begin),
            bytes.suffix(end.count).elementsEqual(end)
        else { throw .malformed("text is not an \(label.lowercased()) between its BEGIN and END lines") }
        let body = bytes.dropFirst(begin.count).dropLast(end.count).filter { $0 != UInt8(ascii: "\n") }
        return try base64(body.filter { $0 != UInt8(ascii: "\r") })
    }

    /// Whether `text` begins, after white space, with the BEGIN line for `label`.
    static func holds(_ label: String, in text: String) -> Bool {
        trimmed(text).starts(with: "-----BEGIN \(label)-----".utf8)
    }

    static func base64(_ bytes: some Collection<UInt8>) throws(SSHFormatError) -> [UInt8] {
        guard !bytes.isEmpty, let decoded = Data(base64Encoded: Data(bytes)) else {
            throw .malformed("ssh data is not base64")
        }
        return [UInt8](decoded)
    }

    private static func trimmed(_ text: String) -> ArraySlice<UInt8> {
        let bytes = Array(text.utf8).drop(while: ASCII.isSpace)
        guard let last = bytes.lastIndex(where: { !ASCII.isSpace($0) }) else { return [] }
        return bytes[...last]
    }
}
