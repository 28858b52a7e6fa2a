/// The kernel's number of a boot (random(4), boot_id): another one after each start, the same for nobody else.
public enum BootID {
    /// What `isValid` accepts, as a regular expression (ECMA-262) for the API's document.
    public static let pattern = "^[0-9a-f-]{4,36}$"

    /// Whether the text can be such a number, or enough of the beginning of one.
    public static func isValid(_ text: String) -> Bool {
        (4...36).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                ASCII.isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) || $0 == UInt8(ascii: "-")
            }
    }
}
