/// Names of accounts.
public enum AccountName {
    /// Whether the text can be a user's name and is safe on a command line.
    public static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, ASCII.isAlphanumeric(first) || first == UInt8(ascii: "_") else {
            return false
        }
        return name.utf8.count <= 32 && name.utf8.allSatisfy { ASCII.isAlphanumeric($0) || "._-".utf8.contains($0) }
    }
}
