/// The rules for what people call a device, and for tags.
public enum DeviceName {
    /// What `isValid` accepts, as a regular expression (ECMA-262) for the API's document.
    public static let pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
    /// What `checkTag` accepts, if it has no more than `longestTag` characters.
    public static let tagPattern = "^[A-Za-z0-9][A-Za-z0-9._-]*(=[A-Za-z0-9._-]*)?$"
    /// Bytes of the longest tag.
    public static let longestTag = 64

    /// Whether `name` may name a device: 1 to 63 of a-z, 0-9 and inner `-`, so it is safe as an argument, a path, a host
    /// name in ssh_config and a DNS label.
    public static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard (1...63).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
        let isWord: (UInt8) -> Bool = { ASCII.isLower($0) || ASCII.isDigit($0) }
        return isWord(first) && isWord(last) && bytes.allSatisfy { isWord($0) || $0 == UInt8(ascii: "-") }
    }

    /// Refuses a name that `isValid` refuses.
    ///
    /// - Throws: `WatchmanError` (`invalid`).
    public static func check(_ name: String) throws {
        guard Self.isValid(name) else {
            throw WatchmanError(
                .invalid,
                "device name '\(OutsideText.clean(name, limit: 63))' is not allowed: use 1 to 63 of a-z, 0-9 and inner '-'"
            )
        }
    }

    /// Refuses a tag that is not `name` or `name=value` of letters, digits, `.`, `_`, `-`, at most 64 bytes.
    ///
    /// - Throws: `WatchmanError` (`invalid`).
    public static func checkTag(_ tag: String) throws {
        let allowed = tag.utf8.allSatisfy { ASCII.isAlphanumeric($0) || "._-=".utf8.contains($0) }
        let equals = tag.utf8.count { $0 == UInt8(ascii: "=") }
        guard let first = tag.utf8.first, ASCII.isAlphanumeric(first), tag.utf8.count <= Self.longestTag, allowed,
            equals <= 1
        else {
            throw WatchmanError(
                .invalid,
                "tag '\(OutsideText.clean(tag, limit: 64))' is not allowed: use NAME or NAME=VALUE of letters, digits and ._-"
            )
        }
    }
}
