public import Foundation

/// Names of backup files: `watchman-20261124T063000Z.tar`. They sort by time.
public enum BackupName {
    private static let (prefix, suffix) = ("watchman-", ".tar")

    /// The name of a backup made then, to the second.
    public static func of(_ date: Date) -> String {
        let time = date.formatted(.iso8601).replacing("-", with: "").replacing(":", with: "")
        return "\(Self.prefix)\(time)\(Self.suffix)"
    }

    /// The time in a name, or nil if no backup is called so. Then it is also no path.
    public static func date(_ name: String) -> Date? {
        guard name.utf8.count == 29 else { return nil }
        let digits = name.utf8.filter(ASCII.isDigit).map { String(UnicodeScalar($0)) }
        guard digits.count == 14 else { return nil }
        let part: (Range<Int>) -> String = { digits[$0].joined() }
        let text = "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))Z"
        guard let date = try? Date(text, strategy: .iso8601), Self.of(date) == name else { return nil }
        return date
    }

    /// The time in a name.
    ///
    /// - Throws: `WatchmanError` (`notFound`) if no backup is called so.
    public static func check(_ name: String) throws -> Date {
        guard let date = Self.date(name) else {
            throw WatchmanError(
                .notFound, "no backup '\(OutsideText.clean(name, limit: 63))'", hint: "watchman backup list")
        }
        return date
    }
}
