import Crypto
import Foundation
import WatchmanCore
import WatchmanSystem

/// A backup's archive: the manifest, the configuration if there is one, the files of the state folder, the database.
struct BackupFile: Sendable {
    static let manifest = "manifest.json"
    static let configuration = "server.toml"
    /// Bytes that any member but the database may have; the largest known has under 2 kB, the manifest under 3.
    private static let smallLimit: Int64 = 1 << 20

    let path: String

    /// Reads the manifest alone.
    ///
    /// - Throws: `WatchmanError` (`configuration`) if this is no backup.
    func readManifest() throws -> BackupManifest {
        try self.readManifest(try TarReader(path: self.path))
    }

    /// Unpacks everything into an empty folder, with the modes that the files have in a state folder; refused is whatever is not
    /// exactly a backup's content.
    ///
    /// - Throws: `WatchmanError` (`configuration`, or `exhausted` when the disk is full).
    func unpack(into folder: String) throws -> BackupManifest {
        let reader = try TarReader(path: self.path)
        let manifest = try self.readManifest(reader)
        try manifest.checkFormat()
        let names = manifest.members.map(\.name)
        let expected = [false, true].flatMap { configuration in
            [false, true].map { Self.names(withConfiguration: configuration, withKey: $0) }
        }
        guard expected.contains(names) else {
            throw self.refused("its members are not those of a backup")
        }
        for member in manifest.members {
            guard let entry = try reader.next() else { throw self.refused("\(member.name) is missing") }
            guard entry.name == member.name else { throw self.refused("it has a member that is not in its manifest") }
            guard entry.size == member.size, entry.size <= Self.limit(member.name) else {
                throw self.refused("\(member.name) has another size")
            }
            try self.unpack(reader, member, to: "\(folder)/\(member.name)")
        }
        guard try reader.next() == nil else { throw self.refused("it has a member that is not in its manifest") }
        return manifest
    }

    /// The owner of the configuration, by name.
    func configurationOwner() throws -> (owner: String, group: String, mode: mode_t)? {
        let reader = try TarReader(path: self.path)
        while let entry = try reader.next() {
            if entry.name == Self.configuration { return (entry.owner, entry.group, mode_t(entry.mode)) }
        }
        return nil
    }

    private func readManifest(_ reader: TarReader) throws -> BackupManifest {
        guard let entry = try reader.next(), entry.name == Self.manifest, entry.size <= Self.smallLimit else {
            throw self.refused("it does not begin with a manifest")
        }
        var bytes: [UInt8] = []
        try reader.read { bytes += $0 }
        guard let manifest = try? WireJSON.decode(BackupManifest.self, from: bytes) else {
            // What a newer watchman wrote may be formed otherwise, but it says so.
            struct Format: Decodable { var format: Int }
            if let newer = try? WireJSON.decode(Format.self, from: bytes), newer.format > BackupManifest.currentFormat {
                throw WatchmanError(.configuration, "the backup was made by a newer watchman: install that version")
            }
            throw self.refused("its manifest is malformed")
        }
        return manifest
    }

    private func unpack(_ reader: TarReader, _ member: BackupManifest.Member, to path: String) throws {
        var digest = SHA256()
        try NewFile.create(path, mode: Self.mode(member.name)) { file in
            try reader.read { piece in
                digest.update(bufferPointer: piece)
                try file.write(piece)
            }
        }
        guard digest.finalize().hexadecimal == member.sha256 else {
            throw self.refused("\(member.name) is damaged: its hash is not the manifest's")
        }
    }

    func refused(_ cause: String) -> WatchmanError {
        WatchmanError(.configuration, "\(self.path) is not a whole backup: \(cause)")
    }

    static func names(withConfiguration: Bool, withKey: Bool = true) -> [String] {
        (withConfiguration ? [Self.configuration] : [])
            + StateFolder.files.map(\.name).filter { withKey || $0 != StateFolder.escrowKey } + [StateFolder.database]
    }

    static func mode(_ name: String) -> mode_t { StateFolder.files.first { $0.name == name }?.mode ?? 0o600 }

    private static func limit(_ name: String) -> Int64 {
        name == StateFolder.database ? TarEntry.sizeLimit : Self.smallLimit
    }
}

extension Digest {
    /// Two digits for each byte.
    var hexadecimal: String {
        self.reduce(into: "") { text, byte in
            text += byte < 16 ? "0" : ""
            text += String(byte, radix: 16)
        }
    }
}
