import Foundation
import Synchronization
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanAgent

/// The way from one key to the next, killed at every step.
@Suite struct KeyRenewalTests {
    private struct Killed: Error {}

    /// A server that knows one key.
    private final class Registry: Sendable {
        private let known: Mutex<SSHPublicKey>
        init(_ key: SSHPublicKey) { self.known = Mutex(key) }
        func knows(_ key: SSHPublicKey) -> Bool { self.known.withLock { $0 == key } }
        func take(_ key: SSHPublicKey, from old: SSHPublicKey) throws {
            try self.known.withLock { known in
                guard known == old else { throw WatchmanError(.unauthenticated, "not the device's key") }
                known = key
            }
        }
    }

    private static func with(
        _ body: (KeyRenewal, Registry, _ current: () throws -> SSHPublicKey) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with { folder in
            let site = AgentFixture.site(folder)
            try WholeFile.makeFolder(site.folder, mode: 0o700)
            let key = try await KeyType.ed25519.key(site, RecordingProcessRunner())
            let renewal = KeyRenewal(
                site: site, processes: RecordingProcessRunner(), keyFile: KeyType.ed25519.file(site))
            let configuration = try AgentFixture.configuration(site)
            try await body(renewal, Registry(key.publicKey)) { try configuration.key().publicKey }
        }
    }

    /// What the agent does after it was killed: it calls with its key, and asks about the other one if the server refuses.
    private static func restart(_ renewal: KeyRenewal, _ registry: Registry, _ current: () throws -> SSHPublicKey)
        async throws
    {
        try renewal.settle()
        if registry.knows(try current()) { return }
        let isDone = try await renewal.recover { registry.knows($0.publicKey) }
        #expect(isDone)
    }

    @Test func `the new key takes the old one's place when the server has it`() async throws {
        try await Self.with { renewal, registry, current in
            let old = try current()
            try await renewal.run { key in
                let onDisk = try renewal.next()?.publicKey
                #expect(onDisk == key.publicKey, "it is on the disk before it is sent")
                #expect(try current() == old, "and the old one still is")
                try registry.take(key.publicKey, from: old)
            }
            let new = try current()
            #expect(new != old && registry.knows(new))
            let text = String(decoding: try WholeFile.read("\(renewal.keyFile).pub") ?? Data(), as: UTF8.self)
            #expect(text == "\(new.line) watchman\n")
            let modes = try [renewal.keyFile, "\(renewal.keyFile).pub"].map { try TemporaryFolder.mode(of: $0) }
            #expect(modes == [0o600, 0o644])
            let next = try renewal.next()
            #expect(next == nil)
        }
    }

    @Test func `killed before it is sent, the same key is sent the next time`() async throws {
        try await Self.with { renewal, registry, current in
            let old = try current()
            var made: SSHPublicKey?
            await #expect(throws: Killed.self) {
                try await renewal.run { key in
                    made = key.publicKey
                    throw Killed()
                }
            }
            try await Self.restart(renewal, registry, current)
            #expect(try current() == old)
            try await renewal.run { key in
                #expect(key.publicKey == made)
                try registry.take(key.publicKey, from: old)
            }
            #expect(try current() == made)
        }
    }

    @Test func `killed when the server has it and the answer is lost, the new key is found`() async throws {
        try await Self.with { renewal, registry, current in
            let old = try current()
            await #expect(throws: Killed.self) {
                try await renewal.run { key in
                    try registry.take(key.publicKey, from: old)
                    throw Killed()
                }
            }
            #expect(try current() == old)
            try await Self.restart(renewal, registry, current)
            #expect(try current() != old && registry.knows(try current()))
        }
    }

    @Test func `killed between the two halves, the public one is mended`() async throws {
        try await Self.with { renewal, registry, current in
            let old = "\(try current().line) watchman\n"
            let before = try current()
            try await renewal.run { try registry.take($0.publicKey, from: before) }
            try WholeFile.write(old, to: "\(renewal.keyFile).pub", mode: 0o644)
            try await Self.restart(renewal, registry, current)
            let text = String(decoding: try WholeFile.read("\(renewal.keyFile).pub") ?? Data(), as: UTF8.self)
            #expect(text == "\(try current().line) watchman\n")
        }
    }

    @Test func `a new key that was cut off in the middle is made again`() async throws {
        try await Self.with { renewal, registry, current in
            try WholeFile.write("-----BEGIN OPENSSH", to: renewal.nextFile, mode: 0o600)
            let old = try current()
            try await renewal.run { try registry.take($0.publicKey, from: old) }
            #expect(registry.knows(try current()))
        }
    }

    @Test func `a machine that the server knows by neither key keeps both`() async throws {
        try await Self.with { renewal, registry, current in
            let old = try current()
            await #expect(throws: Killed.self) { try await renewal.run { _ in throw Killed() } }
            try registry.take(SSHPrivateKey.generate().publicKey, from: old)
            let isDone = try await renewal.recover { registry.knows($0.publicKey) }
            #expect(!isDone)
            let next = try renewal.next()
            #expect(try current() == old && next != nil)
        }
    }

    @Test func `an rsa key is followed by an rsa key`() async throws {
        try await TemporaryFolder.with { folder in
            let site = AgentFixture.site(folder)
            try WholeFile.makeFolder(site.folder, mode: 0o700)
            let file = KeyType.rsa.file(site)
            let command = Command.makeKey(type: "rsa", path: "\(file).next.new", comment: "watchman")
            let runner = RecordingProcessRunner([command: CommandResult(status: 1, errors: "no\n")])
            let renewal = KeyRenewal(site: site, processes: runner, keyFile: file)
            await #expect(throws: WatchmanError.self) { try await renewal.run { _ in } }
            #expect(runner.commands == [command])
        }
    }
}
