/// Short names for the fixtures, so that a test's arguments do not fill the log.
extension SSHFixtures {
    enum Key: CaseIterable {
        case ed25519, rsa, p256, p384, p521

        var line: String {
            switch self {
            case .ed25519: ed25519Line
            case .rsa: rsaLine
            case .p256: p256Line
            case .p384: p384Line
            case .p521: p521Line
            }
        }

        /// As `ssh-keygen -l` prints it.
        var fingerprint: String {
            switch self {
            case .ed25519: "SHA256:jRF3ks+XcEadFl5DXvC4fGc+CT2pQXhGCmk7ztXiG7w"
            case .rsa: "SHA256:kzVvNK/wrZciZXGPEUvPMROJ9kwvZHTX5tq1IzV78nE"
            case .p256: "SHA256:COtK+sEvYvszjaT1bwKBJujUQgBMGbAfR5FwB1HurHY"
            case .p384: "SHA256:JD9vFKaUduQyNTFd8quecIuFqrUUARJkNdUBpXSdVHk"
            case .p521: "SHA256:MiGD464B6i4EBo7OjpkSEKGZFhB7+AVl6lpC+r106j0"
            }
        }
    }

    enum KeyFile: CaseIterable {
        case ed25519, rsa, pkcs1, pkcs8

        var text: String {
            switch self {
            case .ed25519: ed25519Key
            case .rsa: rsaKey
            case .pkcs1: rsaPKCS1Key
            case .pkcs8: rsaPKCS8Key
            }
        }

        var line: String { self == .ed25519 ? ed25519Line : rsaLine }
    }

    enum Signature: CaseIterable {
        case ed25519, rsa, ed25519SHA256, rsaSHA256

        var base64: String {
            switch self {
            case .ed25519: ed25519Signature
            case .rsa: rsaSignature
            case .ed25519SHA256: ed25519SHA256Signature
            case .rsaSHA256: rsaSHA256Signature
            }
        }

        var line: String { self == .ed25519 || self == .ed25519SHA256 ? ed25519Line : rsaLine }
    }
}
