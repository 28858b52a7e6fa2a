import CWatchman
import Foundation
public import WatchmanCore

/// Reads shadow(5).
public struct ShadowFile: Sendable {
    /// Where it is.
    public var path: String

    /// Points at a shadow file.
    public init(path: String = "/etc/shadow") { self.path = path }

    /// Whether `password` opens the account, by crypt(3) against the stored hash.
    ///
    /// - Throws: `WatchmanError` if the file cannot be read or has no such account.
    public func accepts(_ password: Secret, for account: String) throws -> Bool {
        guard let content = try WholeFile.read(self.path) else {
            throw WatchmanError(.configuration, "cannot read \(self.path): no such file")
        }
        for line in content.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard fields.count > 1, fields[0].elementsEqual(account.utf8) else { continue }
            return watchman_password_matches(password.revealed, String(decoding: fields[1], as: UTF8.self))
        }
        throw WatchmanError(.configuration, "\(self.path) has no account \(account)")
    }
}
