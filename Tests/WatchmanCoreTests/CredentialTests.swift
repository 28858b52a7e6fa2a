import Foundation
import Testing

@testable import WatchmanCore

@Suite struct CredentialTests {
    static let pin = String(repeating: "Ab-_9", count: 8) + "xyz"
    static let id = "abcd2345"
    static let secret = "qrstuvwxyz234567qrstuvwxyz"
    static let good = "wmj1.\(pin).\(id).\(secret)"

    /// Texts that must be refused, and why.
    static let malformed: [(String, String)] = [
        ("nothing", ""), ("white space", " \r\n\t "), ("another kind", "wmk1.\(pin).\(id).\(secret)"),
        ("upper-case kind", "WMJ1.\(pin).\(id).\(secret)"), ("kind alone", "wmj1"), ("dots alone", "..."),
        ("two parts", "wmj1.\(pin)"), ("cut before the secret", "wmj1.\(pin).\(id)"),
        ("empty secret", "wmj1.\(pin).\(id)."), ("cut in the secret", String(good.dropLast())),
        ("a digit too many", good + "a"), ("an extra part", good + ".x"), ("an extra dot", good + "."),
        ("a dot in front", "." + good), ("short pin", "wmj1.\(pin.dropLast()).\(id).\(secret)"),
        ("long pin", "wmj1.\(pin)A.\(id).\(secret)"), ("padded pin", "wmj1.\(pin.dropLast())=.\(id).\(secret)"),
        ("plain base64 in the pin", "wmj1.\(pin.dropLast())+.\(id).\(secret)"),
        ("short id", "wmj1.\(pin).\(id.dropLast()).\(secret)"), ("long id", "wmj1.\(pin).\(id)a.\(secret)"),
        ("upper-case id", "wmj1.\(pin).ABCD2345.\(secret)"), ("path in the id", "wmj1.\(pin).../../ab.\(secret)"),
        ("0 in the secret", "wmj1.\(pin).\(id).0\(secret.dropFirst())"),
        ("1 in the secret", "wmj1.\(pin).\(id).\(secret.dropLast())1"),
        ("capital in the secret", "wmj1.\(pin).\(id).Q\(secret.dropFirst())"),
        ("blank in the secret", "wmj1.\(pin).\(id).\(secret.prefix(13)) \(secret.suffix(12))"),
        ("mark after the secret", good + "\u{301}"), ("mark for a digit", "\(good.dropLast(2))\u{301}"),
        ("mark on a dot", "wmj1.\u{301}\(pin).\(id).\(secret)"), ("mark in front", "\u{301}" + good),
        ("byte order mark", "\u{feff}" + good), ("zero-width blank", good + "\u{200b}"),
        ("no-break space", "\u{a0}" + good), ("full-width digit", "\(good.dropLast())\u{ff41}"),
        ("NUL", good + "\0"), ("4 KB of digits", "wmj1.\(pin).\(id).\(String(repeating: "a", count: 4096))"),
        ("4 KB of dots", String(repeating: ".", count: 4096)),
        ("two tokens", good + "." + good),
    ]

    @Test(arguments: [Credential.Kind.join, .apiKey])
    func `a new credential is read back as it was printed`(kind: Credential.Kind) throws {
        let credential = Credential(new: kind, pin: Self.pin)
        let text = credential.text.revealed
        #expect(try Credential(text, kind: kind) == credential)
        #expect(text == "\(kind.rawValue).\(Self.pin).\(credential.id).\(credential.secret.revealed)")
        #expect(credential.id.utf8.count == 8 && credential.secret.revealed.utf8.count == 26)
        #expect(Credential(new: kind, pin: Self.pin) != credential)
    }

    @Test func `the parts are where they belong`() throws {
        let token = try Credential(Self.good, kind: .join)
        #expect(token.kind == .join && token.pin == Self.pin && token.id == Self.id)
        #expect(token.secret.revealed == Self.secret)
    }

    @Test(arguments: ["\(good)\n", "\(good)\r\n", "\r\n\(good)\r\n", " \t\(good) ", "\n\n\(good)\n\n"])
    func `white space around it is dropped`(text: String) throws {
        #expect(try Credential(text, kind: .join).text.revealed == Self.good)
    }

    @Test(arguments: malformed)
    func `a malformed token is refused in words that do not repeat it`(why: String, text: String) {
        let error = #expect(throws: WatchmanError.self, "\(why)") { try Credential(text, kind: .join) }
        #expect(error?.code == .invalid)
        #expect(error?.message.hasPrefix("join token is malformed: ") == true)
        for part in [Self.id, String(Self.secret.prefix(6)), String(Self.secret.suffix(6)), "aaaa", "bcd"] {
            #expect(error?.description.contains(part) == false, "\(why)")
        }
        #expect((error?.message.utf8.count ?? 0) < 120)
    }

    @Test func `a join token is no API key, and the error says which was wanted`() {
        let error = #expect(throws: WatchmanError.self) { try Credential(Self.good, kind: .apiKey) }
        #expect(error?.message == "API key is malformed: it must look like wmk1.PIN.ID.SECRET")
    }

    @Test func `only the secret's hash is to be stored`() throws {
        let token = try Credential(Self.good, kind: .join)
        // printf %s qrstuvwxyz234567qrstuvwxyz | sha256sum
        #expect(
            token.secretHash.map { String(format: "%02x", $0) }.joined()
                == "8d65e97974b31dcd97b6485dbd405cbaa32e4a83155917229d44796da9e14a31")
        #expect(Credential.hash(token.secret) == token.secretHash)
    }

    @Test func `a pin is the url-safe hash of the key's bytes`() {
        // printf %s x | openssl dgst -sha256 -binary | base64 | tr +/ -_ | tr -d =
        #expect(Credential.pin(ofPublicKey: Data("x".utf8)) == "LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE")
        #expect(Data([0xfb, 0xff]).base64URL == "-_8")
    }

    @Test func `a dump of a credential shows no secret`() throws {
        let token = try Credential(Self.good, kind: .join)
        var text = "\(token) \(String(reflecting: token))"
        dump(token, to: &text)
        dump(token.text, to: &text)
        #expect(!text.contains(Self.secret))
    }
}
