/// Names and addresses of hosts.
public enum HostName {
    /// Whether the text is a host's name or address, without brackets and port.
    public static func isValid(_ text: String) -> Bool {
        Self.isName(Array(text.utf8)[...]) || Self.isIPv6(Array(text.utf8)[...])
    }

    /// Letters, digits, `.`, `-` and `_`, beginning with a letter or digit: nothing that ssh or a shell would read otherwise.
    public static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, ASCII.isAlphanumeric(first), bytes.count <= 253 else { return false }
        return bytes.allSatisfy { ASCII.isAlphanumeric($0) || ".-_".utf8.contains($0) }
    }

    /// Hexadecimal digits, `:` and `.`, with a `:` among them and at most 45 bytes (INET6_ADDRSTRLEN).
    public static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count <= 45 && bytes.contains(UInt8(ascii: ":"))
            && bytes.allSatisfy { "0123456789abcdefABCDEF:.".utf8.contains($0) }
    }
}
