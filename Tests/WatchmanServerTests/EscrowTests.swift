import Crypto
import Foundation
import GRDB
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct EscrowTests {
    private static let password = Secret("pässword:1")

    private static func withEscrow(_ body: (Escrow, String) throws -> Void) throws {
        try TemporaryFolder.with { (folder: String) in
            try body(try Escrow(StateFolder(path: folder)), folder)
        }
    }

    @Test func `what was sealed opens for its device and version`() throws {
        try Self.withEscrow { escrow, _ in
            let sealed = try escrow.seal(Self.password, as: .rootPassword(device: "abc", version: 3))
            let opened = try escrow.open(sealed, as: .rootPassword(device: "abc", version: 3))
            #expect(opened == Self.password)
            #expect(sealed.range(of: Data("pässword".utf8)) == nil)
            let again = try escrow.seal(Self.password, as: .rootPassword(device: "abc", version: 3))
            #expect(sealed != again)
        }
    }

    @Test func `rows cannot be swapped between devices or versions`() throws {
        try Self.withEscrow { escrow, _ in
            let sealed = try escrow.seal(Self.password, as: .rootPassword(device: "abc", version: 3))
            for (device, version) in [("abd", 3), ("abc", 2), ("abc", 33), ("abc|3", 3), ("", 3)] {
                let error = #expect(throws: WatchmanError.self) {
                    try escrow.open(sealed, as: .rootPassword(device: device, version: version))
                }
                #expect(error?.code == .configuration)
                #expect(error?.message == "a sealed secret does not open with this escrow key")
            }
        }
    }

    @Test func `a changed, cut or empty seal does not open`() throws {
        try Self.withEscrow { escrow, _ in
            let sealed = try escrow.seal(Self.password, as: .rootPassword(device: "abc", version: 1))
            for index in sealed.indices {
                var damaged = sealed
                damaged[index] ^= 1
                #expect(throws: WatchmanError.self) {
                    try escrow.open(damaged, as: .rootPassword(device: "abc", version: 1))
                }
            }
            for count in [0, 1, 12, 27, sealed.count - 1] {
                #expect(throws: WatchmanError.self) {
                    try escrow.open(sealed.prefix(count), as: .rootPassword(device: "abc", version: 1))
                }
            }
        }
    }

    @Test func `the key is kept, and another server's key opens nothing`() throws {
        try Self.withEscrow { escrow, folder in
            let sealed = try escrow.seal(Self.password, as: .rootPassword(device: "abc", version: 1))
            let opened = try Escrow(StateFolder(path: folder)).open(
                sealed, as: .rootPassword(device: "abc", version: 1))
            #expect(opened == Self.password)
            let mode = try TemporaryFolder.mode(of: "\(folder)/escrow.key")
            #expect(mode == 0o600)
            try Self.withEscrow { other, _ in
                #expect(throws: WatchmanError.self) {
                    try other.open(sealed, as: .rootPassword(device: "abc", version: 1))
                }
            }
        }
    }

    @Test(arguments: ["", "\n", "AAAA\n", "not base64", String(repeating: "A", count: 44), "\0"])
    func `a key file that holds no key is an error that names it`(content: String) throws {
        try TemporaryFolder.with { (folder: String) in
            try Data(content.utf8).write(to: URL(fileURLWithPath: "\(folder)/escrow.key"))
            let error = #expect(throws: WatchmanError.self) { try Escrow(StateFolder(path: folder)) }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("\(folder)/escrow.key") == true)
        }
    }

    @Test func `no key and no number is ever used for two secrets`() throws {
        try Self.withEscrow { escrow, _ in
            var parts: [[Data]] = [[], [], []]
            for _ in 0..<10_000 {
                let sealed = try escrow.seal(Self.password, as: .rootPassword(device: "abc", version: 1))
                // Behind the envelope's name and the key's id: the number and text of the wrapped key, the number of the secret.
                for (index, range) in [16..<28, 28..<60, 76..<88].enumerated() { parts[index].append(sealed[range]) }
            }
            for part in parts { #expect(Set(part).count == 10_000) }
        }
    }

    @Test func `a secret of one kind is none of another`() throws {
        try Self.withEscrow { escrow, _ in
            let sealed = try escrow.seal(Self.password, as: .secondFactor(user: "abc"))
            #expect(throws: WatchmanError.self) {
                try escrow.open(sealed, as: .rootPassword(device: "abc", version: 1))
            }
            #expect(throws: WatchmanError.self) { try escrow.open(sealed, as: .check) }
            #expect(try escrow.open(sealed, as: .secondFactor(user: "abc")) == Self.password)
        }
    }

    /// How watchman 0.1 sealed.
    private static func formerSeal(_ folder: String, _ device: String, _ version: Int) throws -> Data {
        let text = try String(contentsOfFile: "\(folder)/escrow.key", encoding: .utf8)
        let key = SymmetricKey(data: try #require(Data(base64Encoded: text.replacing("\n", with: ""))))
        let context = Data("\(device)|\(version)|root-password".utf8)
        let box = try AES.GCM.seal(Data(self.password.revealed.utf8), using: key, authenticating: context)
        return try #require(box.combined)
    }

    @Test func `what an older watchman sealed opens, and not elsewhere`() throws {
        try Self.withEscrow { escrow, folder in
            let sealed = try Self.formerSeal(folder, "abc", 3)
            #expect(try escrow.open(sealed, as: .rootPassword(device: "abc", version: 3)) == Self.password)
            #expect(throws: WatchmanError.self) {
                try escrow.open(sealed, as: .rootPassword(device: "abc", version: 4))
            }
        }
    }

    @Test func `at start everything is sealed as it is today`() async throws {
        try await BackupFixture.with { fixture in
            try await fixture.enrol(3)
            let state = fixture.state
            let rows = try fixture.secrets()
            try await fixture.store.write { db in
                for case .rootPassword(let device, let version) in rows.keys {
                    try db.execute(
                        sql: "UPDATE rootPassword SET sealed = ? WHERE deviceID = ? AND version = ?",
                        arguments: [try Self.formerSeal(state, device, version), device, version])
                }
            }
            let escrow = try Escrow(StateFolder(path: state))
            try escrow.settle(fixture.store, now: Sample.now)
            let settled = try fixture.secrets()
            #expect(settled.count == 7, "six passwords and the check")
            #expect(settled.values.allSatisfy { $0.starts(with: Data("wm-seal2".utf8)) })
            for (place, sealed) in settled where place != .check {
                #expect(try escrow.open(sealed, as: place) == Self.password)
            }
            try escrow.settle(fixture.store, now: Sample.now)
            #expect(try fixture.secrets() == settled, "nothing is left to do")
        }
    }

    @Test func `a new key seals everything, and the old one is gone`() async throws {
        try await BackupFixture.with { fixture in
            try await fixture.enrol(3)
            let escrow = try Escrow(StateFolder(path: fixture.state))
            try escrow.settle(fixture.store, now: Sample.now)
            let before = try fixture.secrets()
            let plain = try before.map { ($0.key, try escrow.open($0.value, as: $0.key)) }
            let oldKey = try String(contentsOfFile: escrow.path, encoding: .utf8)
            #expect(try escrow.rotate(fixture.store, actor: "local", now: Sample.now) == 7)
            let newKey = try String(contentsOfFile: escrow.path, encoding: .utf8)
            #expect(newKey != oldKey && newKey.split(separator: "\n").count == 1)
            #expect(try TemporaryFolder.mode(of: escrow.path) == 0o600)
            let again = try Escrow(StateFolder(path: fixture.state))
            let after = try fixture.secrets()
            for (place, secret) in plain { #expect(try again.open(try #require(after[place]), as: place) == secret) }
            try Data(oldKey.utf8).write(to: URL(fileURLWithPath: escrow.path))
            let former = try Escrow(StateFolder(path: fixture.state))
            for (place, sealed) in after { #expect(throws: WatchmanError.self) { try former.open(sealed, as: place) } }
        }
    }

    /// The ring as it is on the disk between the steps of a rotation, before and after everything was sealed anew.
    @Test(arguments: [false, true]) func `a rotation that was killed is finished at the next start`(isSealed: Bool)
        async throws
    {
        try await BackupFixture.with { fixture in
            try await fixture.enrol(2)
            let escrow = try Escrow(StateFolder(path: fixture.state))
            try escrow.settle(fixture.store, now: Sample.now)
            let old = try String(contentsOfFile: escrow.path, encoding: .utf8)
            let new = KeyRing.Key().text
            if isSealed {
                try Data((new + old).utf8).write(to: URL(fileURLWithPath: escrow.path))
                try Escrow(StateFolder(path: fixture.state)).settle(fixture.store, now: Sample.now)
            }
            try Data((new + old).utf8).write(to: URL(fileURLWithPath: escrow.path))
            try Data((new + old).utf8).write(to: URL(fileURLWithPath: "\(escrow.path).77.new"))
            let next = try Escrow(StateFolder(path: fixture.state))
            try next.settle(fixture.store, now: Sample.now)
            #expect(try String(contentsOfFile: escrow.path, encoding: .utf8) == new)
            #expect(!FileManager.default.fileExists(atPath: "\(escrow.path).77.new"))
            #expect(try Escrow(StateFolder(path: fixture.state)).check(fixture.store) == 4)
        }
    }

    @Test func `another key is refused at start, with and without passwords`() async throws {
        for devices in [0, 1] {
            try await BackupFixture.with { fixture in
                try await fixture.enrol(devices)
                try Escrow(StateFolder(path: fixture.state)).settle(fixture.store, now: Sample.now)
                let before = try fixture.secrets()
                try Data(KeyRing.Key().text.utf8).write(to: URL(fileURLWithPath: "\(fixture.state)/escrow.key"))
                let escrow = try Escrow(StateFolder(path: fixture.state))
                let error = #expect(throws: WatchmanError.self) { try escrow.settle(fixture.store, now: Sample.now) }
                #expect(error?.code == .configuration)
                #expect(error?.message.contains("is not the key that the database's secrets are sealed under") == true)
                #expect(error?.hint == "tar -xf BACKUP.tar -C \(fixture.state) escrow.key")
                #expect(try fixture.secrets() == before, "nothing was changed")
            }
        }
    }

    @Test func `swapped rows are found at start`() async throws {
        try await BackupFixture.with { fixture in
            try await fixture.enrol(2)
            let escrow = try Escrow(StateFolder(path: fixture.state))
            try escrow.settle(fixture.store, now: Sample.now)
            try await fixture.store.write { db in
                try db.execute(
                    sql: """
                        UPDATE rootPassword SET sealed = (SELECT other.sealed FROM rootPassword AS other
                            WHERE other.deviceID <> rootPassword.deviceID AND other.version = rootPassword.version)
                        """)
            }
            #expect(throws: WatchmanError.self) { try escrow.settle(fixture.store, now: Sample.now) }
            #expect(throws: WatchmanError.self) { try escrow.check(fixture.store) }
        }
    }

    @Test func `a key that is kept elsewhere is not in the backups, which say so`() async throws {
        try await BackupFixture.with { fixture in
            try await fixture.enrol(1)
            let elsewhere = "\(fixture.folder)/elsewhere.key"
            try FileManager.default.moveItem(atPath: "\(fixture.state)/escrow.key", toPath: elsewhere)
            var maker = fixture.maker
            maker.settings.escrowKey = elsewhere
            let file = try fixture.backups.file(try maker.make(now: Sample.now))
            let alone = try BackupDrill.verify(file, in: fixture.folder, now: Sample.now)
            #expect(alone.isSound)
            #expect(alone.summary.hasSuffix("; its root passwords need the key that is kept apart from it"))
            let together = try BackupDrill.verify(file, in: fixture.folder, escrowKey: elsewhere, now: Sample.now)
            #expect(together.isSound && together.summary.hasSuffix("; 2 root passwords open"))
            try Data(KeyRing.Key().text.utf8).write(to: URL(fileURLWithPath: elsewhere))
            #expect(try !BackupDrill.verify(file, in: fixture.folder, escrowKey: elsewhere, now: Sample.now).isSound)
        }
    }

    @Test func `backups made while keys are changed open with their own key`() async throws {
        try await ServerFixture.with { fixture in
            let backups = fixture.fleet.backups
            let device = try await fixture.info(try await fixture.device())
            try fixture.fleet.escrow.settle(fixture.fleet.store, now: Date())
            _ = try await fixture.fleet.pendingPassword(device, now: Date())
            try await withThrowingTaskGroup { group in
                for round in 0..<6 {
                    group.addTask { _ = try await fixture.fleet.rotateEscrowKey(actor: "local", now: Date()) }
                    group.addTask {
                        _ = try await backups.create(actor: "local", now: Date() + Double(round * 60))
                    }
                }
                try await group.waitForAll()
            }
            for backup in try backups.folder.list() {
                let verification = try BackupDrill.verify(
                    try backups.folder.file(backup.name), in: backups.folder.path, now: Date())
                #expect(verification.isSound && verification.summary.hasSuffix("1 root passwords open"))
            }
        }
    }
}

extension BackupFixture {
    /// What is sealed in the database, by its place.
    fileprivate func secrets() throws -> [SealedSecret.Place: Data] {
        var result: [SealedSecret.Place: Data] = [:]
        try self.store.eachSecret { result[$0.place] = $0.sealed }
        return result
    }
}
