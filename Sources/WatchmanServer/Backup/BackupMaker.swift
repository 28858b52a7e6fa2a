import Crypto
import Foundation
import Glibc
import WatchmanCore
import WatchmanStore
import WatchmanSystem

/// Makes backups: one file each, there whole or not at all.
struct BackupMaker: Sendable {
    var settings: BackupSettings
    let stateFolder: String
    let pin: String
    let store: Store

    /// Makes a backup of this moment.
    ///
    /// - Returns: its file's name.
    /// - Throws: `WatchmanError`: `exhausted` when the disk is full, `configuration` when a file of the state is missing.
    func make(now: Date) throws -> String {
        let folder = self.settings.folder
        try WholeFile.makeFolder(folder, mode: 0o700)
        Scratch.clear(in: folder)
        return try Scratch.with(in: folder) { scratch in
            let (copy, archive) = ("\(scratch)/\(StateFolder.database)", "\(scratch)/backup")
            try WholeFile.write("", to: copy, mode: 0o600)
            let snapshot = try self.store.copy(to: copy)
            let small = try self.smallMembers()
            let database = try Self.describe(copy)
            let members = small.map { Self.describe($0.entry.name, $0.content) } + [database]
            let manifest = try WireJSON.encode(self.manifest(snapshot, members, now), pretty: true)
            let entry: (String, Int64) -> TarEntry = { name, size in
                TarEntry(name: name, mode: 0o600, size: size, time: Int64(now.timeIntervalSince1970))
            }
            try TarWriter.create(archive) { writer in
                try writer.add(entry(BackupFile.manifest, Int64(manifest.count)), Array(manifest))
                for (entry, content) in small { try writer.add(entry, content) }
                try writer.add(entry(StateFolder.database, database.size), contentOf: copy)
            }
            return try Self.place(archive, in: folder, now: now)
        }
    }

    /// Gives the finished archive its name; a second one of the same second gets the next second's.
    private static func place(_ archive: String, in folder: String, now: Date) throws -> String {
        var time = now
        while access("\(folder)/\(BackupName.of(time))", F_OK) == 0 { time += 1 }
        let path = "\(folder)/\(BackupName.of(time))"
        guard rename(archive, path) == 0 else {
            throw WatchmanError(
                .configuration, "cannot write \(path): \(String(cString: strerror(errno)).lowercased())")
        }
        WholeFile.syncFolder(of: path)
        return BackupName.of(time)
    }

    private func manifest(_ snapshot: Snapshot, _ members: [BackupManifest.Member], _ now: Date) -> BackupManifest {
        var names = utsname()
        uname(&names)
        let host = withUnsafeBytes(of: names.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let hasConfiguration = members.contains { $0.name == BackupFile.configuration }
        return BackupManifest(
            format: BackupManifest.currentFormat, version: Version.current, schema: snapshot.schema, createdAt: now,
            host: host, devices: snapshot.devices, pin: self.pin, stateFolder: self.stateFolder,
            configurationFile: hasConfiguration ? self.settings.configurationFile : nil, members: members)
    }

    /// The configuration and the files of the state folder, which are too small to be worth a second reading.
    private func smallMembers() throws -> [(entry: TarEntry, content: [UInt8])] {
        var result: [(TarEntry, [UInt8])] = []
        if let member = try Self.member(BackupFile.configuration, self.settings.configurationFile) {
            result.append(member)
        }
        for file in StateFolder.files where file.name != StateFolder.escrowKey || self.settings.escrowKey == nil {
            guard let member = try Self.member(file.name, "\(self.stateFolder)/\(file.name)") else {
                throw WatchmanError(.configuration, "\(self.stateFolder)/\(file.name) is missing")
            }
            result.append(member)
        }
        return result
    }

    private static func member(_ name: String, _ path: String) throws -> (TarEntry, [UInt8])? {
        guard let content = try WholeFile.read(path) else { return nil }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let word: (FileAttributeKey) -> String = { attributes[$0] as? String ?? "root" }
        let entry = TarEntry(
            name: name, mode: attributes[.posixPermissions] as? Int ?? 0o600, size: Int64(content.count),
            time: Int64((attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0),
            owner: word(.ownerAccountName), group: word(.groupOwnerAccountName))
        return (entry, Array(content))
    }

    static func describe(_ name: String, _ content: [UInt8]) -> BackupManifest.Member {
        BackupManifest.Member(
            name: name, size: Int64(content.count), sha256: SHA256.hash(data: content).hexadecimal)
    }

    private static func describe(_ copy: String) throws -> BackupManifest.Member {
        var (digest, size) = (SHA256(), Int64(0))
        try FileChunks.read(copy) { piece in
            digest.update(bufferPointer: piece)
            size += Int64(piece.count)
        }
        return BackupManifest.Member(name: StateFolder.database, size: size, sha256: digest.finalize().hexadecimal)
    }
}
