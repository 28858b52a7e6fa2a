import Crypto
public import Foundation

/// A secret that also names the server it is for: `KIND.PIN.ID.SECRET`.
///
/// `PIN` is base64url(SHA-256(SubjectPublicKeyInfo of the server's CA)), so whoever holds the credential can tell the right
/// server from an impostor *before* the secret is sent (RFC 7469 uses the same hash).
public struct Credential: Hashable, Sendable {
    /// What the credential is for.
    public enum Kind: String, Sendable {
        /// Lets a device enrol.
        case join = "wmj1"
        /// Lets a person or program use the API.
        case apiKey = "wmk1"
    }

    /// What the credential is for.
    public let kind: Kind
    /// The pin of the server's CA: 43 base64url characters.
    public let pin: String
    /// The public part: 8 base32 digits.
    public let id: String
    /// The secret part: 26 base32 digits, 130 bits.
    public let secret: Secret

    /// Makes a new credential for the server with this pin.
    public init(new kind: Kind, pin: String) {
        self.kind = kind
        self.pin = pin
        self.id = RandomText.identifier(8)
        self.secret = Secret(RandomText.identifier(26))
    }

    /// Reads a credential as it was printed; surrounding white space is dropped.
    ///
    /// - Throws: `WatchmanError` (`invalid`) that says what is wrong and never repeats the text.
    public init(_ text: String, kind: Kind) throws {
        let bytes = text.utf8.drop { ASCII.isSpace($0) }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        let what = kind == .join ? "join token" : "API key"
        guard parts.count == 4, parts[0] == kind.rawValue else {
            throw WatchmanError(.invalid, "\(what) is malformed: it must look like \(kind.rawValue).PIN.ID.SECRET")
        }
        let secret = String(decoding: parts[3].utf8.prefix { !ASCII.isSpace($0) }, as: UTF8.self)
        guard parts[1].utf8.count == 43, parts[1].utf8.allSatisfy(ASCII.isBase64URL) else {
            throw WatchmanError(.invalid, "\(what) is malformed: the pin is not 43 base64url characters")
        }
        guard Self.isBase32(parts[2], count: 8), Self.isBase32(secret, count: 26) else {
            throw WatchmanError(.invalid, "\(what) is malformed: it is cut short or mistyped")
        }
        self.kind = kind
        self.pin = parts[1]
        self.id = parts[2]
        self.secret = Secret(secret)
    }

    /// The whole credential; print it once, store only `secretHash`.
    public var text: Secret { Secret("\(self.kind.rawValue).\(self.pin).\(self.id).\(self.secret.revealed)") }

    /// What a server stores instead of the secret.
    public var secretHash: Data { Self.hash(self.secret) }

    /// SHA-256 of a secret part.
    public static func hash(_ secret: Secret) -> Data { Data(SHA256.hash(data: Data(secret.revealed.utf8))) }

    /// The pin of a CA, from the DER bytes of its SubjectPublicKeyInfo.
    public static func pin(ofPublicKey spki: some DataProtocol) -> String {
        Data(SHA256.hash(data: spki)).base64URL
    }

    private static func isBase32(_ text: String, count: Int) -> Bool {
        text.utf8.count == count && text.utf8.allSatisfy { RandomText.base32.contains($0) }
    }
}

extension Data {
    /// Base64 with the URL-safe alphabet and no padding (RFC 4648 section 5).
    public var base64URL: String {
        self.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Reads what `base64URL` wrote, or gives nil.
    public init?(base64URL text: String) {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        self.init(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/") + padding)
    }
}
