import WatchmanCore

/// Version of an OpenSSH program, ordered by major and minor number.
public struct OpenSSHVersion: Hashable, Sendable {
    /// First number of the version.
    public let major: Int
    /// Second number of the version.
    public let minor: Int

    /// Creates a version from its numbers.
    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads a version line, such as `OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.19 27 Jan 2026`; nil for another program's.
    public init?(line: String) {
        guard var rest = Self.afterName(line)?[...], let major = Self.number(&rest),
            rest.popFirst() == UInt8(ascii: "."), let minor = Self.number(&rest)
        else { return nil }
        self.init(major, minor)
    }

    /// The version of the sshd of this machine, or nil if that cannot be told.
    public static func sshd(_ processes: any ProcessRunner) async -> OpenSSHVersion? {
        guard let result = try? await processes.run(.sshdVersion) else { return nil }
        return Self.line(in: result).flatMap { OpenSSHVersion(line: $0) }
    }

    /// The version line among what `ssh -V` or `sshd -V` printed, or nil if the program is not OpenSSH's.
    static func line(in result: CommandResult) -> String? {
        Self.lines(of: result).first { OpenSSHVersion(line: $0) != nil }
    }

    /// What the program printed, line by line, standard error first.
    static func lines(of result: CommandResult) -> [String] {
        "\(result.errors)\n\(result.output)".utf8
            .split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
            .map { OutsideText.clean(String(decoding: $0, as: UTF8.self), limit: 128) }
    }

    /// The part of a version line that people call the version: `9.2p1 Debian-2+deb12u10`.
    static func shortText(of line: String) -> String {
        let text = Self.afterName(line) ?? Array(line.utf8)
        return String(decoding: text.prefix { $0 != UInt8(ascii: ",") }, as: UTF8.self)
    }

    private static func afterName(_ line: String) -> [UInt8]? {
        for name in ["OpenSSH_for_Windows_", "OpenSSH_"] where line.utf8.starts(with: name.utf8) {
            return Array(line.utf8.dropFirst(name.utf8.count))
        }
        return nil
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
        let digits = rest.prefix { ASCII.isDigit($0) }
        rest = rest.dropFirst(digits.count)
        return Int(String(decoding: digits, as: UTF8.self))
    }
}

extension OpenSSHVersion: Comparable {
    /// Whether one version is older than the other.
    public static func < (one: Self, other: Self) -> Bool { (one.major, one.minor) < (other.major, other.minor) }
}

extension OpenSSHVersion: CustomStringConvertible {
    /// The two numbers, such as `9.2`.
    public var description: String { "\(self.major).\(self.minor)" }
}
