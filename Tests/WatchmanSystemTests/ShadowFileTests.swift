import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@Suite struct ShadowFileTests {
    /// openssl passwd -6 -salt saltsalt 'correct horse'
    static let hash =
        "$6$saltsalt$hRM5XZ86KXEw9UOmjigeVqFgULtFB2sgpC9lXQDfMib3Zgw7mEiUvBJI2EplzfAqxL5Vvwp2scFtv/uamSo5z0"

    private static func accepts(_ password: String, _ account: String, in content: String) throws -> Bool {
        try TemporaryFolder.with { (folder: String) in
            try WholeFile.write(content, to: "\(folder)/shadow", mode: 0o600)
            return try ShadowFile(path: "\(folder)/shadow").accepts(Secret(password), for: account)
        }
    }

    @Test func `the right password opens the account and no other`() throws {
        let content = "daemon:*:19000::::::\nroot:\(Self.hash):19000:0:99999:7:::\n"
        #expect(try Self.accepts("correct horse", "root", in: content))
        for wrong in ["", "correct hors", "correct horse ", "Correct horse", Self.hash] {
            #expect(try !Self.accepts(wrong, "root", in: content))
        }
        #expect(try !Self.accepts("correct horse", "daemon", in: content))
    }

    @Test(arguments: ["*", "!", "!!", "", "x", "*0", "*1", "!\(hash)", "$6$", "$9$salt$x", "$6$saltsalt$"])
    func `a field that is no hash opens for nobody`(field: String) throws {
        for password in ["", "correct horse", "*", "!", "x", "*0"] {
            #expect(try !Self.accepts(password, "root", in: "root:\(field):19000::::::\n"))
        }
    }

    @Test func `an account is found by its whole name`() throws {
        let content = "root2:\(Self.hash):1\nxroot:\(Self.hash):1\n:\(Self.hash):1\nroot\n"
        let error = #expect(throws: WatchmanError.self) { try Self.accepts("correct horse", "root", in: content) }
        #expect(error?.code == .configuration)
        #expect(error?.message.hasSuffix("/shadow has no account root") == true)
    }

    @Test func `a file that is not there is an error that names it`() {
        let error = #expect(throws: WatchmanError.self) {
            try ShadowFile(path: "/nonexistent/shadow").accepts(Secret("x"), for: "root")
        }
        #expect(error?.message == "cannot read /nonexistent/shadow: no such file")
    }
}
