import Testing

@testable import WatchmanCore

@Suite struct PasswordHashTests {
    @Test func `a hash accepts its password and no other`() throws {
        let hash = try PasswordHash(Secret("correct horse battery"), cost: 4)
        #expect(hash.accepts(Secret("correct horse battery")))
        for other in ["", "correct horse batter", "Correct horse battery", "correct horse battery\u{301}"] {
            #expect(!hash.accepts(Secret(other)))
        }
    }

    @Test func `the same password is hashed differently each time, and never written out`() throws {
        let hashes = try (0..<3).map { _ in try PasswordHash(Secret("correct horse battery"), cost: 1).text }
        #expect(Set(hashes).count == 3)
        #expect(hashes.allSatisfy { $0.hasPrefix("$scrypt$ln=1,r=8,p=1$") && !$0.contains("horse") })
    }

    /// Made by Python: `hashlib.scrypt(b"correct horse battery", salt=bytes(range(16)), n=16, r=8, p=1, dklen=32)`.
    @Test func `other programs agree`() {
        let hash = PasswordHash(
            text: "$scrypt$ln=4,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$coHb6LlzckOeOHbDHR6JGt8ViaJ/p4LgT4TcMJHWRUI")
        #expect(hash.accepts(Secret("correct horse battery")))
    }

    @Test(arguments: [
        "", "x", "$scrypt$", "$scrypt$ln=4,r=8,p=1$$", "$scrypt$ln=99,r=8,p=1$AAAA$AAAA",
        "$scrypt$ln=4,r=9,p=1$AAAA$AAAA",
        "$scrypt$ln=-1,r=8,p=1$AAAA$AAAA", "$scrypt$ln=4,r=8,p=1$!$AAAA", "$2b$12$abcdefghijklmnopqrstuv",
    ])
    func `what is no hash accepts nothing`(text: String) {
        #expect(!PasswordHash(text: text).accepts(Secret("")))
        #expect(!PasswordHash(text: text).accepts(Secret("correct horse battery")))
    }

    @Test(arguments: [
        "short", "aaaaaaaaaaaaaaaaaaaa", "abababababababab", "ALICE is my name", String(repeating: "ab12", count: 65),
    ])
    func `a password that will not do is refused`(password: String) {
        #expect(throws: WatchmanError.self) { try PasswordHash.check(Secret(password), for: "alice") }
    }

    @Test(arguments: ["correct horse battery", "12 Zeichen ü", "漢字漢字のパスワード"])
    func `any characters may be in a password`(password: String) throws {
        try PasswordHash.check(Secret(password), for: "alice")
    }
}
