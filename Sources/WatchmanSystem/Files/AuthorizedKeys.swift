public import Foundation
public import WatchmanCore

/// The one line that watchman keeps in an authorized_keys file (sshd(8)): it lets certificates in that the server's user CA signed for this
/// login of this device.
public struct AuthorizedKeys: Sendable {
    /// Marks our line, as its comment.
    static let mark = "watchman"
    /// Bytes that a file may have.
    private static let limit = 4 << 20
    /// The file.
    public var path: String
    /// The user whose file it is.
    public var user: String

    /// Points at a user's authorized_keys file.
    public init(path: String, user: String = "root") {
        self.path = path
        self.user = user
    }

    /// The line: certificates only, only this login's principal, only from the device itself, which is where tunnels come out.
    public static func line(authority: SSHPublicKey, deviceID: String, user: String = "root") -> String {
        "cert-authority,principals=\"\(ConnectPrincipal.device(deviceID, user: user))\",from=\"127.0.0.1,::1\" \(authority.line) \(Self.mark)"
    }

    /// Puts our line in, in place of an older one; every other line stays as it is.
    ///
    /// - Throws: `WatchmanError` that names the file.
    public func trust(_ authority: SSHPublicKey, deviceID: String, owner: (uid_t, gid_t)? = nil) throws {
        let line = Self.line(authority: authority, deviceID: deviceID, user: self.user)
        try self.write(try self.foreignLines() + [Data(line.utf8)], owner: owner)
    }

    /// Takes our line out.
    ///
    /// - Throws: `WatchmanError` that names the file.
    public func distrust() throws {
        guard try WholeFile.read(self.path, limit: Self.limit) != nil else { return }
        try self.write(try self.foreignLines(), owner: nil)
    }

    /// Whether our line is there as it should be.
    public func trusts(_ authority: SSHPublicKey, deviceID: String) throws -> Bool {
        let content = try WholeFile.read(self.path, limit: Self.limit) ?? Data()
        let line = Self.line(authority: authority, deviceID: deviceID, user: self.user)
        return content.split(separator: UInt8(ascii: "\n")).contains { $0.elementsEqual(line.utf8) }
    }

    /// Everyone else's lines, as bytes: a comment may be in any encoding.
    private func foreignLines() throws -> [Data] {
        let content = try WholeFile.read(self.path, limit: Self.limit) ?? Data()
        let ours = Array(" \(Self.mark)".utf8)
        var lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).filter {
            !($0.starts(with: "cert-authority,principals=\"wm-".utf8) && $0.suffix(ours.count).elementsEqual(ours))
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    private func write(_ lines: [Data], owner: (uid_t, gid_t)?) throws {
        let folder = URL(fileURLWithPath: self.path).deletingLastPathComponent().path
        if !FileManager.default.fileExists(atPath: folder) {
            try WholeFile.makeFolder(folder, mode: 0o700, owner: owner)
        }
        let content = lines.reduce(into: Data()) { $0 += $1 + [UInt8(ascii: "\n")] }
        try WholeFile.write(content, to: self.path, mode: 0o600, owner: owner)
    }
}
