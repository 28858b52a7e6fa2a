import Crypto
import Foundation
import NIOCore
import NIOSSL
import SwiftASN1
import WatchmanCore
import X509

/// The server's own CA and the certificate for its HTTPS port.
///
/// Devices trust the CA by the pin in their join token. Neither certificate has an end that a clock could pass (RFC 5280 4.1.2.5): a
/// device that believes it is 1970 must still get in, and expiry adds nothing to a pinned private CA.
struct TLSIdentity: Sendable {
    private static let begin = Date(timeIntervalSince1970: 0)
    private static let end = Date(timeIntervalSince1970: 253_402_300_799)

    /// The CA certificate, PEM.
    let authority: String
    /// The pin of the CA.
    let pin: String
    /// Pin of the HTTPS port's own key, as curl's `--pinnedpubkey` takes it after `sha256//` (RFC 7469, 2.4).
    let keyPin: String
    /// SHA-256 of the HTTPS port's certificate, as browsers show it: `AB:CD:...`.
    let fingerprint: String
    private let certificate: String
    private let key: String

    init(_ folder: StateFolder) throws {
        let authorityKey = try Self.key(folder, "ca.key")
        let authority = try folder.publicFile("ca.pem") {
            try Self.makeAuthority(authorityKey).serializeAsPEM().pemString
        }
        let key = try Self.key(folder, "tls.key")
        let certificate = try folder.publicFile("tls.pem") {
            try Self.makeLeaf(key, signedBy: authorityKey).serializeAsPEM().pemString
        }
        let parsed = try folder.reading("ca.pem") { try Certificate(pemEncoded: authority) }
        let leaf = try folder.reading("tls.pem") { try PEMDocument(pemString: certificate).derBytes }
        _ = try folder.reading("tls.pem") { try Certificate(derEncoded: leaf) }
        self.authority = authority
        self.pin = Credential.pin(ofPublicKey: parsed.publicKey.subjectPublicKeyInfoBytes)
        self.keyPin = Data(SHA256.hash(data: key.publicKey.derRepresentation)).base64EncodedString()
        self.fingerprint = SHA256.hash(data: leaf).map { String(format: "%02X", $0) }.joined(separator: ":")
        self.certificate = certificate
        self.key = key.pemRepresentation
    }

    /// The configuration of the HTTPS port. The CA goes along, so that a client can check it against its pin.
    func serverConfiguration() throws -> TLSConfiguration {
        let chain = try [self.certificate, self.authority].map {
            NIOSSLCertificateSource.certificate(try NIOSSLCertificate(bytes: Array($0.utf8), format: .pem))
        }
        let key = try NIOSSLPrivateKey(bytes: Array(self.key.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        // Devices keep a connection open and do not answer its end at once; the server's stop waits this long for them.
        configuration.shutdownTimeout = .seconds(1)
        return configuration
    }

    /// Returns only if devices that hold the pin would accept this server: the keys are the certificates', and the CA signed.
    ///
    /// - Throws: `WatchmanError` (`configuration`).
    func check(_ folder: StateFolder) throws {
        let leaf = try Certificate(pemEncoded: self.certificate)
        let authority = try Certificate(pemEncoded: self.authority)
        let key = try P256.Signing.PrivateKey(pemRepresentation: self.key)
        guard leaf.publicKey == Certificate.PublicKey(key.publicKey) else {
            throw WatchmanError(.configuration, "tls.key is not the key of tls.pem")
        }
        guard authority.publicKey == Certificate.PublicKey(try Self.key(folder, "ca.key").publicKey) else {
            throw WatchmanError(.configuration, "ca.key is not the key of ca.pem")
        }
        guard authority.publicKey.isValidSignature(leaf.signature, for: leaf) else {
            throw WatchmanError(.configuration, "tls.pem is not signed by ca.pem")
        }
    }

    private static func key(_ folder: StateFolder, _ name: String) throws -> P256.Signing.PrivateKey {
        try folder.reading(name) {
            try P256.Signing.PrivateKey(
                pemRepresentation: folder.secretFile(name) { P256.Signing.PrivateKey().pemRepresentation })
        }
    }

    private static func makeAuthority(_ key: P256.Signing.PrivateKey) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
            notValidBefore: self.begin, notValidAfter: self.end, issuer: self.authorityName,
            subject: self.authorityName,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
            },
            issuerPrivateKey: .init(key))
    }

    private static func makeLeaf(
        _ key: P256.Signing.PrivateKey, signedBy authority: P256.Signing.PrivateKey
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
            notValidBefore: self.begin, notValidAfter: self.end, issuer: self.authorityName,
            subject: try DistinguishedName { CommonName("watchman") }, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([.dnsName("watchman")])
            },
            issuerPrivateKey: .init(authority))
    }

    private static var authorityName: DistinguishedName {
        get throws { try DistinguishedName { CommonName("watchman server CA") } }
    }
}
