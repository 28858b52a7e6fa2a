import Foundation
import Glibc
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanAgent

/// Lines in the files of users who are not root, and may be hostile. Only root can write with another user's rights.
@Suite(.enabled(if: Accounts.isRoot)) struct LoginsTests {
    private static let user = "nobody"

    /// A site whose users' files are in a folder of nobody's.
    private static func with(_ body: (EdgeSite, _ file: String) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            chmod(folder, 0o755)
            var site = AgentFixture.site(folder)
            let account = try #require(Accounts.user(self.user))
            try WholeFile.makeFolder("\(folder)/keys", mode: 0o755, owner: account)
            site.sshd?.userKeys = "\(folder)/keys"
            try WholeFile.makeFolder(site.folder, mode: 0o700)
            try await body(site, "\(folder)/keys/\(self.user)")
        }
    }

    private static func owner(_ path: String) throws -> uid_t {
        var status = stat()
        try #require(lstat(path, &status) == 0)
        return status.st_uid
    }

    @Test func `a line comes and goes, is the user's own, and others stay`() async throws {
        try await Self.with { site, file in
            let (logins, enrolment) = (Logins(site: site), AgentFixture.enrolment())
            let account = try #require(Accounts.user(Self.user))
            try WholeFile.write("ssh-rsa AAAA ann\n", to: file, mode: 0o644, owner: account)
            let added = try await logins.add(Self.user, enrolment)
            let again = try await logins.add(Self.user, enrolment)
            #expect(added && !again)
            let line = AuthorizedKeys.line(
                authority: enrolment.userAuthority, deviceID: enrolment.deviceID, user: Self.user)
            #expect(line.contains("principals=\"wm-abcdefgh23/nobody\""))
            #expect(try WholeFile.read(file) == Data("ssh-rsa AAAA ann\n\(line)\n".utf8))
            #expect(try Self.owner(file) == account.uid)
            #expect(try logins.all == [Self.user])
            #expect(try TemporaryFolder.mode(of: site.loginsFile) == 0o600)
            let removed = try await logins.remove(Self.user)
            let removedAgain = try await logins.remove(Self.user)
            #expect(removed && !removedAgain)
            #expect(try WholeFile.read(file) == Data("ssh-rsa AAAA ann\n".utf8))
            #expect(try logins.all.isEmpty)
        }
    }

    @Test(arguments: ["root", "no such user", "-x", "a/b", "nosuchuser", ""])
    func `only users of this device, and root needs none`(name: String) async throws {
        try await Self.with { site, _ in
            let error = await #expect(throws: WatchmanError.self) {
                try await Logins(site: site).add(name, AgentFixture.enrolment())
            }
            #expect(error?.code == .invalid)
            #expect(!FileManager.default.fileExists(atPath: site.loginsFile))
        }
    }

    /// What a user may have put where their file should be. ROOT is a folder that only root can enter.
    @Test(arguments: ["link to root's file", "link to root's folder", "pipe", "folder", "device", "link to itself"])
    func `root follows nothing that the user planted`(trap: String) async throws {
        try await Self.with { site, file in
            let secret = "\(site.folder)/victim"
            try WholeFile.write("root's own\n", to: secret, mode: 0o600)
            switch trap {
            case "link to root's file": symlink(secret, file)
            case "link to root's folder": symlink("\(site.folder)/new", file)
            case "pipe": mkfifo(file, 0o666)
            case "folder": mkdir(file, 0o777)
            case "device": symlink("/dev/zero", file)
            default: symlink(file, file)
            }
            let attempt = try? await Logins(site: site).add(Self.user, AgentFixture.enrolment())
            #expect(try WholeFile.read(secret) == Data("root's own\n".utf8))
            let files = try FileManager.default.contentsOfDirectory(atPath: site.folder)
            #expect(Set(files) == ["victim", "logins.json"])
            #expect(attempt == nil)
        }
    }

    @Test func `a folder of root's that the user points at takes no file`() async throws {
        try await Self.with { site, file in
            let keys = URL(fileURLWithPath: file).deletingLastPathComponent().path
            rmdir(keys)
            symlink(site.folder, keys)
            await #expect(throws: WatchmanError.self) {
                try await Logins(site: site).add(Self.user, AgentFixture.enrolment())
            }
            #expect(!FileManager.default.fileExists(atPath: "\(site.folder)/\(Self.user)"))
        }
    }

    @Test func `another enrolment rewrites every login's line, and uninstalling takes them all away`() async throws {
        try await Self.with { site, file in
            let (old, new) = (AgentFixture.enrolment(), AgentFixture.enrolment())
            _ = try await Logins(site: site).add(Self.user, old)
            let repairs = try await Doors(site: site).settle(new)
            #expect(repairs == [.gateway, .admins])
            let none = try await Doors(site: site).settle(new)
            #expect(none.isEmpty)
            let line = AuthorizedKeys.line(authority: new.userAuthority, deviceID: new.deviceID, user: Self.user)
            #expect(try WholeFile.read(file) == Data("\(line)\n".utf8))
            _ = try await Uninstaller.run(site, processes: RecordingProcessRunner())
            #expect(try WholeFile.read(file) == Data())
            #expect(try WholeFile.read(site.authorizedKeys) == Data())
        }
    }

    @Test func `a damaged list says what to do`() async throws {
        try await Self.with { site, _ in
            for text in ["{", "[\"../x\"]", "[1]"] {
                try WholeFile.write(text, to: site.loginsFile, mode: 0o600)
                let error = #expect(throws: WatchmanError.self) { try Logins(site: site).all }
                #expect(error?.hint == "rm \(site.loginsFile)")
            }
        }
    }
}
