import Foundation
import Glibc
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanSystem

/// Only root can take another user's rights.
@Suite(.enabled(if: Accounts.isRoot)) struct FileRightsTests {
    private static let nobody: (uid: uid_t, gid: gid_t) = (65534, 65534)

    @Test func `what is made belongs to the user, and what is root's stays closed`() async throws {
        try await TemporaryFolder.with { folder in
            chmod(folder, 0o777)
            try WholeFile.write("secret", to: "\(folder)/secret", mode: 0o600)
            try await FileRights.of(Self.nobody) {
                try WholeFile.write("mine", to: "\(folder)/mine", mode: 0o600)
            }
            var status = stat()
            #expect(stat("\(folder)/mine", &status) == 0 && status.st_uid == 65534 && status.st_gid == 65534)
            await #expect(throws: WatchmanError.self) {
                try await FileRights.of(Self.nobody) { try WholeFile.read("\(folder)/secret") }
            }
            await #expect(throws: WatchmanError.self) {
                try await FileRights.of(Self.nobody) { try WholeFile.write("x", to: "/root/x", mode: 0o600) }
            }
            let content = try WholeFile.read("\(folder)/secret")
            #expect(content == Data("secret".utf8), "other threads have the rights that they had")
        }
    }

    @Test func `a group of root's opens nothing either`() async throws {
        try await TemporaryFolder.with { folder in
            chmod(folder, 0o755)
            try WholeFile.write("group", to: "\(folder)/group", mode: 0o640)
            await #expect(throws: WatchmanError.self) {
                try await FileRights.of(Self.nobody) { try WholeFile.read("\(folder)/group") }
            }
        }
    }

    @Test func `a file that somebody planted is read only if it is one`() throws {
        try TemporaryFolder.with { (folder: String) in
            let path = "\(folder)/x"
            let none = try WholeFile.read(path, limit: 10)
            #expect(none == nil)
            try WholeFile.write("0123456789", to: path, mode: 0o600)
            let some = try WholeFile.read(path, limit: 10)
            #expect(some == Data("0123456789".utf8))
            #expect(throws: WatchmanError.self) { try WholeFile.read(path, limit: 9) }
            unlink(path)
            mkfifo(path, 0o600)
            #expect(throws: WatchmanError.self) { try WholeFile.read(path, limit: 10) }
            #expect(throws: WatchmanError.self) { try WholeFile.read(folder, limit: 10) }
            #expect(throws: WatchmanError.self) { try WholeFile.read("/dev/zero", limit: 10) }
        }
    }
}
