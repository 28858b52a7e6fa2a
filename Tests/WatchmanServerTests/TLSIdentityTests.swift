import Crypto
import Foundation
import NIOSSL
import TestSupport
import Testing
import WatchmanCore
import WatchmanGateway

@testable import WatchmanServer

@Suite struct TLSIdentityTests {
    @Test func `the identity stays the same, and serves its certificate with the CA`() throws {
        try TemporaryFolder.with { (folder: String) in
            let first = try TLSIdentity(StateFolder(path: folder))
            let second = try TLSIdentity(StateFolder(path: folder))
            #expect(first.pin == second.pin && first.authority == second.authority)
            #expect(first.pin.utf8.count == 43 && first.authority.hasPrefix("-----BEGIN CERTIFICATE-----"))
            let configuration = try second.serverConfiguration()
            #expect(configuration.certificateChain.count == 2)
            #expect(configuration.minimumTLSVersion == .tlsv12)
        }
    }

    @Test func `the fingerprint is the one that openssl and browsers show`() throws {
        let tls = try ServerFixture.secrets.get().tls
        let leaf = try #require(try tls.serverConfiguration().certificateChain.first)
        guard case .certificate(let certificate) = leaf else {
            Issue.record("the chain does not begin with a certificate")
            return
        }
        let hash = SHA256.hash(data: try certificate.toDERBytes())
        #expect(tls.fingerprint == hash.map { String(format: "%02X", $0) }.joined(separator: ":"))
        #expect(tls.fingerprint.utf8.count == 95)
    }

    @Test func `the pin is one that tokens carry`() throws {
        let pin = try ServerFixture.secrets.get().tls.pin
        let token = Credential(new: .join, pin: pin)
        let again = try Credential(token.text.revealed, kind: .join)
        #expect(again.pin == pin)
    }

    @Test func `the gateway's host certificate has no end and is for its alias alone`() throws {
        try TemporaryFolder.with { (folder: String) in
            let state = try StateFolder(path: folder)
            let authorities = try Authorities(state)
            let certificate = try ParsedCertificate(try authorities.gatewayIdentity(state).hostCertificate)
            #expect(certificate.role == 2 && certificate.principals == ["gateway.watchman"])
            #expect(certificate.validAfter == 0 && certificate.validBefore == .max)
            #expect(certificate.authority == authorities.host.publicKey.blob)
            #expect(certificate.extensions.isEmpty && certificate.options.isEmpty)
        }
    }
}
