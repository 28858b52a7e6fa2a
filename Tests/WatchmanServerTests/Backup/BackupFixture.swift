import Foundation
import GRDB
import TestSupport
import WatchmanCore
import WatchmanSystem

@testable import WatchmanServer
@testable import WatchmanStore

/// A server's state in a folder, with a store of its own, and what tests do with its backups.
struct BackupFixture: Sendable {
    let folder: String
    let store: Store
    let maker: BackupMaker
    var state: String { "\(self.folder)/state" }
    var backups: BackupFolder { BackupFolder(path: "\(self.state)/backups") }

    static func with(_ body: (BackupFixture) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in try await body(try await BackupFixture(folder)) }
    }

    private init(_ folder: String) async throws {
        self.folder = folder
        let (tls, _, _, files) = try ServerFixture.secrets.get()
        try WholeFile.makeFolder("\(folder)/state", mode: 0o700)
        for (name, content) in files {
            try WholeFile.write(content, to: "\(folder)/state/\(name)", mode: BackupFile.mode(name))
        }
        try WholeFile.write("host = \"tower.example\"\n", to: "\(folder)/server.toml", mode: 0o640)
        self.store = try StateFolder(path: "\(folder)/state").openStore()
        try await self.store.configure(
            Gateway(id: "main", host: nil, port: 2222, firstPort: 1100, lastPort: 1199))
        self.maker = BackupMaker(
            settings: BackupSettings(
                folder: "\(folder)/state/backups", configurationFile: "\(folder)/server.toml"),
            stateFolder: "\(folder)/state", pin: tls.pin, store: self.store)
    }

    /// Enrols devices; each has a past root password and a current one.
    func enrol(_ count: Int) async throws {
        let escrow = try ServerFixture.secrets.get().escrow
        let token = Credential(new: .join, pin: self.maker.pin)
        let request = JoinTokenRequest(lifetime: 3600, uses: max(count, 1), tags: [])
        _ = try await self.store.create(token, request, actor: "local", now: Sample.now)
        for _ in 0..<count {
            let registration = try await self.store.register(
                Sample.registration(token, key: SSHPrivateKey.generate().publicKey), source: "192.0.2.1",
                gateway: "main", occupied: [], now: Sample.now)
            guard case .enrolled(let info, _) = registration else {
                throw WatchmanError(.internal, "the device waits for approval")
            }
            let device = info.device.id
            for version in 1...2 {
                _ = try await self.store.rotatePassword(device, actor: "local", now: Sample.now)
                _ = try await self.store.pendingPassword(device: device, now: Sample.now) {
                    try escrow.seal(RandomText.rootPassword(), as: .rootPassword(device: device, version: $0))
                }
                try await self.store.confirmPassword(
                    device: device, version: version, policy: PasswordPolicy(), now: Sample.now)
            }
        }
    }

    /// The file of a new backup.
    func make(now: Date = Sample.now) throws -> BackupFile { try self.backups.file(try self.maker.make(now: now)) }

    /// What a trial restore of a backup shows.
    func verify(_ file: BackupFile) throws -> BackupVerification {
        try BackupDrill.verify(file, in: self.folder, now: Sample.now)
    }

    /// A backup of another content: its members, first the manifest, after `change`, with the manifest made to fit if `fits`.
    func forged(
        fits: Bool = true, _ change: (inout [(name: String, content: [UInt8])]) throws -> Void
    ) throws -> BackupFile {
        let file = try self.make()
        let reader = try TarReader(path: file.path)
        var members: [(name: String, content: [UInt8])] = []
        while let entry = try reader.next() {
            var content: [UInt8] = []
            try reader.read { content += $0 }
            members.append((entry.name, content))
        }
        try change(&members)
        if fits {
            var manifest = try WireJSON.decode(BackupManifest.self, from: members[0].content)
            manifest.members = members.dropFirst().map { BackupMaker.describe($0.name, $0.content) }
            members[0].content = Array(try WireJSON.encode(manifest))
        }
        try FileManager.default.removeItem(atPath: file.path)
        try TarWriter.create(file.path) { writer in
            for (name, content) in members {
                try writer.add(TarEntry(name: name, mode: 0o600, size: Int64(content.count), time: 0), content)
            }
        }
        return file
    }

    /// A backup whose database went through `sql`.
    func forgedDatabase(_ sql: String) throws -> BackupFile {
        try self.forged { members in
            let path = "\(self.folder)/forged.db"
            let last = members.count - 1
            try Data(members[last].content).write(to: URL(fileURLWithPath: path))
            var configuration = Configuration()
            configuration.foreignKeysEnabled = false
            let database = try DatabaseQueue(path: path, configuration: configuration)
            try database.write { try $0.execute(sql: sql) }
            try database.close()
            members[last].content = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        }
    }

    /// What is in a folder, without what SQLite keeps beside a database.
    static func content(_ folder: String) throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") && $0 != "backups" }
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)")))
            })
    }
}
