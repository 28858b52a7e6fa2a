/// The rules for the names that people sign in with.
public enum UserName {
    /// What `isValid` accepts, as a regular expression (ECMA-262) for the API's document.
    public static let pattern = "^[a-z0-9][a-z0-9._-]{0,31}$"

    /// Refuses a name that is not 1 to 32 of `a-z`, `0-9`, `.`, `_` and `-`, beginning with a letter or digit. One spelling only, so that
    /// no two names look or compare alike.
    ///
    /// - Throws: `WatchmanError` (`invalid`).
    public static func check(_ name: String) throws {
        guard Self.isValid(name) else {
            throw WatchmanError(
                .invalid,
                "user name '\(OutsideText.clean(name, limit: 32))' is not allowed: use 1 to 32 of a-z, 0-9 and ._-")
        }
    }

    /// Whether `check` accepts the name; then it is also safe in a path and on a command line.
    public static func isValid(_ name: String) -> Bool {
        let isWord: (UInt8) -> Bool = { ASCII.isLower($0) || ASCII.isDigit($0) }
        guard let first = name.utf8.first, isWord(first), name.utf8.count <= 32 else { return false }
        return name.utf8.allSatisfy { isWord($0) || "._-".utf8.contains($0) }
    }
}
