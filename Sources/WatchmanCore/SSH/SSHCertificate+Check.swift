extension SSHCertificate {
    /// OpenSSH's SSHKEY_CERT_MAX_PRINCIPALS.
    private static let mostPrincipals = 256

    func check(_ authority: SSHPrivateKey) throws(SSHFormatError) {
        guard authority.publicKey.algorithm == .ed25519 else {
            throw .certificate("certificate authority is not an ed25519 key")
        }
        guard !principals.isEmpty, principals.count <= Self.mostPrincipals, principals.allSatisfy(Self.isName) else {
            throw .certificate("certificate principals are not 1 to \(Self.mostPrincipals) plain names")
        }
        guard Self.isName(keyID) else { throw .certificate("certificate key id is not a plain name") }
        guard validAfter < validBefore else { throw .certificate("certificate is never valid") }
        guard case .user(_, let addresses) = role else { return }
        guard addresses.allSatisfy(Self.isAddress) else {
            throw .certificate("certificate source addresses are not addresses or CIDR blocks")
        }
    }

    /// Names go into sshd's log and into lists with commas, so only bytes that mean nothing there are taken.
    private static func isName(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy { isAlphanumeric($0) || "._-@:+/=".utf8.contains($0) }
    }

    /// Only keeps the list well formed: sshd parses the blocks and refuses the login if one is not an address.
    private static func isAddress(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { isAlphanumeric($0) || ".:/".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
