import Foundation

extension SSHPublicKey {
    /// The blob in base64, as sshd_config's `%k` gives it.
    public var base64: String { Data(self.blob).base64EncodedString() }
}
