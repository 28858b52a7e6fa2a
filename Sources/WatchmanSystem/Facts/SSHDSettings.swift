import Glibc
import WatchmanCore

/// The settings of this machine's sshd, as `sshd -T` prints them: one `keyword value...` a line, keywords in lower case.
public struct SSHDSettings: Hashable, Sendable {
    private let values: [String: [String]]

    /// Parses the output of `sshd -T`; lines that say nothing are passed over.
    public init(parsing output: String) {
        var values: [String: [String]] = [:]
        for line in output.utf8.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            guard let keyword = words.first else { continue }
            values[keyword, default: []] += words.dropFirst()
        }
        self.values = values
    }

    /// Every value of a keyword, from all its lines.
    subscript(keyword: String) -> [String] { self.values[keyword] ?? [] }

    /// Paths of the private host keys, in sshd's order.
    public var hostKeys: [String] { self["hostkey"] }

    /// The port that 127.0.0.1 answers on, as far as the settings tell; 22 if they say nothing.
    public var port: Int { self.loopbackPort ?? self["port"].lazy.compactMap { Int($0) }.first ?? 22 }

    /// Whether sshd listens on 127.0.0.1, where tunnels come out. Releases that do not print addresses count as listening.
    var listensOnLoopback: Bool { self["listenaddress"].isEmpty || self.loopbackPort != nil }

    private var loopbackPort: Int? {
        for prefix in ["127.0.0.1:", "0.0.0.0:"] {
            for address in self["listenaddress"] where address.utf8.starts(with: prefix.utf8) {
                if let port = Int(String(decoding: address.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)) {
                    return port
                }
            }
        }
        return nil
    }
}

extension SSHDSettings {
    /// A reason why root's key or certificate would not be taken.
    struct Refusal: Hashable {
        /// The setting, in words.
        let words: String
        /// The line that mends it when it stands first in sshd_config, or nil if no line can.
        let directive: String?
    }

    /// Why sshd would refuse root with a key from this machine; empty if it would not.
    var rootRefusals: [Refusal] {
        var refusals: [Refusal] = []
        let permit = self["permitrootlogin"].first ?? "prohibit-password"
        if permit == "no" || permit == "forced-commands-only" {
            refusals.append(
                Refusal(words: "PermitRootLogin is \(permit)", directive: "PermitRootLogin prohibit-password"))
        }
        if self["pubkeyauthentication"].first == "no" {
            refusals.append(Refusal(words: "PubkeyAuthentication is no", directive: "PubkeyAuthentication yes"))
        }
        let allowed = self["allowusers"]
        if !allowed.isEmpty, !allowed.contains(where: Self.meansRoot) {
            refusals.append(Refusal(words: "AllowUsers leaves root out", directive: "AllowUsers root"))
        }
        if self["denyusers"].contains(where: { !$0.utf8.contains(UInt8(ascii: "@")) && Self.meansRoot($0) }) {
            refusals.append(Refusal(words: "DenyUsers names root", directive: nil))
        }
        let files = self["authorizedkeysfile"]
        let ours = [".ssh/authorized_keys", "%h/.ssh/authorized_keys", "/root/.ssh/authorized_keys"]
        if !files.isEmpty, !files.contains(where: ours.contains) {
            refusals.append(Refusal(words: "AuthorizedKeysFile leaves .ssh/authorized_keys out", directive: nil))
        }
        return refusals
    }

    /// Whether the user part of a `USER[@HOST]` pattern matches root.
    private static func meansRoot(_ pattern: String) -> Bool {
        fnmatch(String(decoding: pattern.utf8.prefix { $0 != UInt8(ascii: "@") }, as: UTF8.self), "root", 0) == 0
    }
}
