import Crypto
import Foundation
import WatchmanCore

/// The keys that secrets are sealed under: the first seals, all of them open.
///
/// A sealed secret has a key of its own, which a key of the ring wraps; so a new key of the ring costs each secret 60 bytes, and no
/// number used once is ever used for two secrets. Everything is AES-256-GCM and bound to its place, so that rows cannot be swapped:
///
///     envelope, key's id (8), wrapped key (12 + 32 + 16), secret (12 + n + 16)
struct KeyRing: Sendable {
    /// What a sealed secret begins with. Watchman 0.1 sealed under the ring's key itself, with nothing in front.
    private static let envelope = Data("wm-seal2".utf8)
    private static let idSize = 8
    private static let wrappedSize = 12 + 32 + 16
    /// What is said of a secret that was sealed under another key, or for another place, or was changed.
    static let doesNotOpen = WatchmanError(.configuration, "a sealed secret does not open with this escrow key")

    /// One key.
    struct Key: Sendable {
        /// Tells keys apart, and nothing of them.
        let id: Data
        let key: SymmetricKey

        /// A new one.
        init() { self.init(SymmetricKey(size: .bits256)) }

        init(_ key: SymmetricKey) {
            self.key = key
            let digest = key.withUnsafeBytes { SHA256.hash(data: Data("watchman escrow key".utf8) + Data($0)) }
            self.id = Data(digest.prefix(KeyRing.idSize))
        }

        var text: String { self.key.withUnsafeBytes { Data($0).base64EncodedString() } + "\n" }
    }

    /// The keys, the current one first; never empty.
    let keys: [Key]
    private let current: Key

    /// A ring whose first key is `current`.
    init(_ current: Key, older: [Key] = []) {
        self.current = current
        self.keys = [current] + older
    }

    /// Reads the lines of a key file, or gives nil if they are not keys.
    init?(text: String) {
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"))
        let keys = lines.compactMap { Data(base64Encoded: String(decoding: $0, as: UTF8.self)) }
            .filter { $0.count == 32 }.map { Key(SymmetricKey(data: $0)) }
        guard let first = keys.first, keys.count == lines.count else { return nil }
        self.init(first, older: Array(keys.dropFirst()))
    }

    /// The lines of the key file.
    var text: String { self.keys.map(\.text).joined() }

    func seal(_ secret: Secret, as context: Data) throws -> Data {
        let own = SymmetricKey(size: .bits256)
        return try self.wrap(own, context) + Self.box(Data(secret.revealed.utf8), own, context)
    }

    func open(_ sealed: Data, as context: Data) throws -> Secret {
        let plain: Data?
        if let parts = Parts(sealed) {
            plain = self.unwrap(parts, context).flatMap { Self.unbox(parts.secret, $0, context) }
        } else {
            plain = self.keys.lazy.compactMap { Self.unbox(sealed, $0.key, context) }.first
        }
        guard let plain else { throw Self.doesNotOpen }
        return Secret(String(decoding: plain, as: UTF8.self))
    }

    /// The sealed secret under the current key, or nil if it is that already.
    func rewrap(_ sealed: Data, as context: Data) throws -> Data? {
        // It is opened in any case: what does not open must not lose the key that might.
        let secret = try self.open(sealed, as: context)
        guard let parts = Parts(sealed), let own = self.unwrap(parts, context) else {
            return try self.seal(secret, as: context)
        }
        return parts.id == self.current.id ? nil : try self.wrap(own, context) + parts.secret
    }

    private func wrap(_ own: SymmetricKey, _ context: Data) throws -> Data {
        let bytes = own.withUnsafeBytes { Data($0) }
        return Self.envelope + self.current.id
            + (try Self.box(bytes, self.current.key, Self.envelope + self.current.id + context))
    }

    private func unwrap(_ parts: Parts, _ context: Data) -> SymmetricKey? {
        guard let key = self.keys.first(where: { $0.id == parts.id }) else { return nil }
        return Self.unbox(parts.wrapped, key.key, Self.envelope + key.id + context).map { SymmetricKey(data: $0) }
    }

    /// A sealed secret taken apart.
    private struct Parts {
        let id: Data
        let wrapped: Data
        let secret: Data

        init?(_ sealed: Data) {
            let head = KeyRing.envelope.count + KeyRing.idSize + KeyRing.wrappedSize
            guard sealed.starts(with: KeyRing.envelope), sealed.count > head else { return nil }
            let rest = Data(sealed.dropFirst(KeyRing.envelope.count))
            self.id = rest.prefix(KeyRing.idSize)
            self.wrapped = rest.dropFirst(KeyRing.idSize).prefix(KeyRing.wrappedSize)
            self.secret = rest.dropFirst(KeyRing.idSize + KeyRing.wrappedSize)
        }
    }

    private static func box(_ plain: Data, _ key: SymmetricKey, _ context: Data) throws -> Data {
        guard let box = try AES.GCM.seal(plain, using: key, authenticating: context).combined else {
            throw WatchmanError(.internal, "a secret cannot be sealed")
        }
        return box
    }

    private static func unbox(_ box: Data, _ key: SymmetricKey, _ context: Data) -> Data? {
        guard let box = try? AES.GCM.SealedBox(combined: box) else { return nil }
        return try? AES.GCM.open(box, using: key, authenticating: context)
    }
}
