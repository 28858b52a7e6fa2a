import Foundation
import Testing

@testable import WatchmanCore

@Suite struct OneTimeCodeTests {
    private static let code = OneTimeCode(key: Data("12345678901234567890".utf8))
    private static let now = Date(timeIntervalSince1970: 1_111_111_111)

    /// RFC 6238, appendix B, the rows of SHA-1.
    @Test(arguments: [
        (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
    ])
    func `codes are those of the RFC`(time: Double, code: String) {
        let step = OneTimeCode.step(at: Date(timeIntervalSince1970: time))
        #expect(Self.code.code(step: step, digits: 8) == code)
        #expect(Self.code.code(step: step) == code.suffix(6))
    }

    @Test func `a code is good one step early and one late, and never again`() {
        let step = OneTimeCode.step(at: Self.now)
        for offset in Int64(-3)...3 {
            let found = Self.code.step(of: Self.code.code(step: step + offset), at: Self.now, after: 0)
            #expect(found == (abs(offset) <= 1 ? step + offset : nil))
        }
        let code = Self.code.code(step: step)
        #expect(Self.code.step(of: code, at: Self.now, after: step - 1) == step)
        #expect(Self.code.step(of: code, at: Self.now, after: step) == nil)
        #expect(Self.code.step(of: Self.code.code(step: step - 1), at: Self.now, after: step) == nil)
    }

    @Test(arguments: ["", "5047", "050471 ", "0050471", "05047l", "\u{660}\u{665}\u{660}\u{664}\u{667}\u{661}"])
    func `what is no code is none`(code: String) {
        #expect(Self.code.step(of: code, at: Self.now, after: 0) == nil)
    }

    @Test func `a key is read from the digits that people carry`() throws {
        // RFC 4648, section 10, in lower case.
        for (text, bytes) in [("", ""), ("my", "f"), ("mzxq", "fo"), ("mzxw6", "foo"), ("mzxw6ytboi", "foobar")] {
            #expect(RandomText.bytes(base32: text) == Data(bytes.utf8))
        }
        #expect(RandomText.bytes(base32: "MY") == nil && RandomText.bytes(base32: "m1") == nil)
        let secret = Secret("gezdgnbvgy3tqojqgezdgnbvgy3tqojq")
        #expect(try OneTimeCode(secret: secret).code(step: 1) == Self.code.code(step: 1))
        #expect(RandomText.bytes(base32: OneTimeCode.newSecret().revealed)?.count == 20)
        #expect(throws: WatchmanError.self) { try OneTimeCode(secret: Secret("0")) }
    }

    @Test func `an app gets the key with its names`() {
        let link = OneTimeCode.link(Secret("abcd"), account: "a@b c", issuer: "watchman").revealed
        #expect(link.hasPrefix("otpauth://totp/watchman:a%40b%20c?secret=ABCD&issuer=watchman&"))
    }

    @Test func `recovery codes are all different, and typed as people do`() {
        let codes = RecoveryCode.make().map(\.revealed)
        #expect(Set(codes).count == RecoveryCode.count && codes.allSatisfy { $0.utf8.count == 19 })
        let typed = " \(codes[0].uppercased().replacing("-", with: "  ")) "
        #expect(RecoveryCode.hash(typed) == RecoveryCode.hash(codes[0]))
        #expect(RecoveryCode.hash(codes[0]) != RecoveryCode.hash(codes[1]))
    }
}
