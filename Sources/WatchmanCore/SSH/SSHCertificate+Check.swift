extension SSHCertificate {
    /// OpenSSH's SSHKEY_CERT_MAX_PRINCIPALS.
    private static let mostPrincipals = 256

    func check(_ authority: SSHPrivateKey) throws(SSHFormatError) {
        guard authority.publicKey.algorithm == .ed25519 else {
            throw .certificate("certificate authority is not an ed25519 key")
        }
        guard (1...Self.mostPrincipals).contains(principals.count),
            principals.allSatisfy({ Self.isPlain($0, with: "._-@:+/=", most: 255) })
        else { throw .certificate("certificate principals are not 1 to \(Self.mostPrincipals) plain names") }
        guard Self.isPlain(keyID, with: "._-@:+/= ", most: 255) else {
            throw .certificate("certificate key id is not plain words")
        }
        guard validAfter < validBefore else { throw .certificate("certificate is never valid") }
        guard case .user(_, let addresses) = role else { return }
        // sshd parses the blocks and refuses the login if one is not an address; here the list must only stay a list.
        guard addresses.allSatisfy({ Self.isPlain($0, with: ".:/", most: 64) }) else {
            throw .certificate("certificate source addresses are not addresses or CIDR blocks")
        }
    }

    /// Names go into sshd's log and into lists with commas, so only bytes that mean nothing there are taken.
    private static func isPlain(_ text: String, with others: String, most: Int) -> Bool {
        (1...most).contains(text.utf8.count)
            && text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || others.utf8.contains($0) }
    }
}
