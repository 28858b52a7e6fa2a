import Crypto
import Foundation
import WatchmanCore

/// Encrypts root passwords: AES-256-GCM under a key file, each bound to its device and version, so that rows cannot be swapped.
struct Escrow: Sendable {
    private let key: SymmetricKey

    /// Reads the key file, or makes it at the first start.
    ///
    /// - Throws: `WatchmanError` (`configuration`) if the file does not hold a key.
    init(_ folder: StateFolder) throws {
        let text = try folder.secretFile("escrow.key") {
            SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() } + "\n"
        }
        guard let bytes = Data(base64Encoded: text.replacing("\n", with: "")), bytes.count == 32 else {
            throw WatchmanError(.configuration, "\(folder.path)/escrow.key is not a key: restore it from a backup")
        }
        self.key = SymmetricKey(data: bytes)
    }

    /// What a sealed text is, so that one can never be taken for another.
    enum Purpose: Hashable, Sendable {
        /// A version of a device's root password.
        case rootPassword(device: String, version: Int)
        /// A person's key for one-time codes.
        case secondFactor(user: String)

        /// What AES-GCM authenticates along with the text.
        fileprivate var context: Data {
            switch self {
            case .rootPassword(let device, let version): Data("\(device)|\(version)|root-password".utf8)
            case .secondFactor(let user): Data("\(user)|second-factor".utf8)
            }
        }
    }

    func seal(_ secret: Secret, as purpose: Purpose) throws -> Data {
        let box = try AES.GCM.seal(
            Data(secret.revealed.utf8), using: self.key, authenticating: purpose.context)
        guard let combined = box.combined else { throw WatchmanError(.internal, "a secret cannot be sealed") }
        return combined
    }

    func open(_ sealed: Data, as purpose: Purpose) throws -> Secret {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let plain = try? AES.GCM.open(box, using: self.key, authenticating: purpose.context)
        else {
            throw WatchmanError(.configuration, "a sealed secret does not open with this escrow key")
        }
        return Secret(String(decoding: plain, as: UTF8.self))
    }
}
