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

    func seal(_ password: Secret, device: String, version: Int) throws -> Data {
        let box = try AES.GCM.seal(
            Data(password.revealed.utf8), using: self.key, authenticating: Self.context(device, version))
        guard let combined = box.combined else { throw WatchmanError(.internal, "a password cannot be sealed") }
        return combined
    }

    func open(_ sealed: Data, device: String, version: Int) throws -> Secret {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let plain = try? AES.GCM.open(box, using: self.key, authenticating: Self.context(device, version))
        else {
            throw WatchmanError(.configuration, "the root password of \(device) does not open with this escrow key")
        }
        return Secret(String(decoding: plain, as: UTF8.self))
    }

    private static func context(_ device: String, _ version: Int) -> Data {
        Data("\(device)|\(version)|root-password".utf8)
    }
}
