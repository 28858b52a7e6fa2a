public import Foundation
import Glibc
public import WatchmanCore
import WatchmanStore
import WatchmanSystem

/// What can be done with a backup's file without a server.
public struct BackupTool: Sendable {
    /// What a restore did.
    public struct Restored: Sendable {
        /// What was proved of the backup before, in words.
        public var proof: String
        /// The backup of what was there before, or nil if there was nothing.
        public var former: String?
        /// Where the configuration that was there before is now, or nil if it was the same or none.
        public var formerConfiguration: String?
        /// When the backup was made.
        public var createdAt: Date
    }

    private let file: BackupFile
    private let scratch: String

    /// `scratch` is a folder with room for a trial restore.
    public init(file: String, scratch: String) {
        self.file = BackupFile(path: URL(fileURLWithPath: file).path)
        self.scratch = scratch
    }

    /// Tries the backup.
    ///
    /// - Throws: `WatchmanError` (`exhausted`) if there was no room to try.
    public func verify(now: Date) throws -> BackupVerification {
        try BackupDrill.verify(self.file, in: self.scratch, now: now)
    }

    /// Puts the backup's state into `state` and its configuration to `configuration`; the caller knows that no server runs.
    ///
    /// What is there already is backed up first, if `force` is given.
    ///
    /// - Throws: `WatchmanError`; then nothing has changed.
    public func restore(state: String, configuration: String, force: Bool, now: Date) throws -> Restored {
        try Self.requireUnused("\(state)/\(StateFolder.database)")
        if access(state, F_OK) == 0 { try RestoredState.settle(in: state) }
        let isThere = RestoredState.isThere(in: state)
        guard force || !isThere else {
            throw WatchmanError(
                .conflict, "there is a state in \(state) already: --force backs it up and replaces it")
        }
        let manifest = try self.file.readManifest()
        let proof = try self.prove()
        let former = isThere ? try Self.backUp(state, configuration, now) : nil
        try WholeFile.makeFolder(state, mode: 0o700)
        let ready = "\(configuration).restored"
        do {
            try RestoredState.replace(in: state) { folder in
                _ = try self.file.unpack(into: folder)
                try self.layReady("\(folder)/\(BackupFile.configuration)", ready)
            }
        } catch {
            unlink(ready)
            throw error
        }
        let formerConfiguration = try Self.replace(configuration, by: ready)
        return Restored(
            proof: proof, former: former, formerConfiguration: formerConfiguration, createdAt: manifest.createdAt)
    }

    /// Where the backup's state and configuration were.
    public func places() throws -> (state: String, configuration: String?) {
        let manifest = try self.file.readManifest()
        return (manifest.stateFolder, manifest.configurationFile)
    }

    /// The trial restore must succeed before anything is touched.
    private func prove() throws -> String {
        let verification = try self.verify(now: Date())
        guard verification.isSound else {
            throw WatchmanError(.configuration, "\(self.file.path) cannot be restored: \(verification.summary)")
        }
        return verification.summary
    }

    /// Writes the configuration beside its place, with the owner and mode it had.
    private func layReady(_ unpacked: String, _ ready: String) throws {
        guard let content = try WholeFile.read(unpacked), let origin = try self.file.configurationOwner() else {
            return
        }
        unlink(unpacked)
        let folder = URL(fileURLWithPath: ready).deletingLastPathComponent().path
        if access(folder, F_OK) != 0 { try WholeFile.makeFolder(folder, mode: 0o755) }
        let owner = (Accounts.user(origin.owner)?.uid ?? geteuid(), Accounts.group(origin.group) ?? getegid())
        // Nobody but its owner may write a file that root obeys.
        try WholeFile.write(content, to: ready, mode: origin.mode & 0o644, owner: Accounts.isRoot ? owner : nil)
    }

    /// Takes the new configuration into use and keeps the former one beside it.
    private static func replace(_ configuration: String, by ready: String) throws -> String? {
        guard let new = try WholeFile.read(ready) else { return nil }
        let old = try WholeFile.read(configuration)
        let former = old == nil || old == new ? nil : "\(configuration).before-restore"
        if let former { rename(configuration, former) }
        guard rename(ready, configuration) == 0 else {
            throw WatchmanError(.configuration, "the state is restored, but its configuration is still \(ready)")
        }
        WholeFile.syncFolder(of: configuration)
        return former
    }

    private static func backUp(_ state: String, _ configuration: String, _ now: Date) throws -> String {
        do {
            let folder = try StateFolder(path: state)
            // Where the configuration puts the key is not asked: a key that is not here is not backed up from here.
            let key = "\(state)/\(StateFolder.escrowKey)"
            let maker = BackupMaker(
                settings: BackupSettings(
                    folder: "\(state)/backups", configurationFile: configuration,
                    escrowKey: access(key, F_OK) == 0 ? nil : key),
                stateFolder: state, pin: try TLSIdentity(folder).pin, store: try folder.openStore())
            return "\(state)/backups/\(try maker.make(now: now))"
        } catch let error as WatchmanError {
            throw WatchmanError(
                error.code, "what is in \(state) cannot be backed up first: \(error.message): move it away yourself")
        }
    }

    /// - Throws: `WatchmanError` (`conflict`) if a process has the database open.
    private static func requireUnused(_ database: String) throws {
        guard let pid = Processes.holder(of: database) else { return }
        throw WatchmanError(
            .conflict, "a server (process \(pid)) uses \(database): stop it first", hint: "systemctl stop watchman")
    }
}
