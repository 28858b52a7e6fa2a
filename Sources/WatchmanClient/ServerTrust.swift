public import Foundation
import NIOSSL
import SwiftASN1
import WatchmanCore
import X509

/// Meets a server for the first time: fetches its CA over a connection that proves nothing, and believes it only if its key has the pinned
/// hash. No secret is sent before that. (`kubeadm join --discovery-token-ca-cert-hash` works the same way.)
public enum ServerTrust {
    /// The address with the CA to use from now on, and the server's clock.
    ///
    /// - Throws: `WatchmanError`: `unavailable` if there is no watchman server, `forbidden` if it is another one.
    public static func establish(_ url: ServerURL, pin: String, proxy: HTTPProxy? = nil) async throws -> (
        address: ServerAddress, clock: Date
    ) {
        let identity = try await self.identity(url, proxy: proxy)
        guard identity.product == "watchman",
            let authority = try? Certificate(pemEncoded: identity.certificateAuthority)
        else { throw WatchmanError(.unavailable, "\(url.text) does not answer like a watchman server") }
        guard Credential.pin(ofPublicKey: authority.publicKey.subjectPublicKeyInfoBytes) == pin else {
            throw WatchmanError(
                .forbidden,
                "\(url.text) is not the server that made this token: its key has another fingerprint; nothing was sent")
        }
        return (.remote(url, authority: identity.certificateAuthority), identity.clock)
    }

    /// The pin of whoever answers at this address; it proves nothing until someone has compared it.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) if there is no watchman server.
    public static func pin(_ url: ServerURL) async throws -> String {
        try self.pin(ofAuthority: try await self.identity(url).certificateAuthority)
    }

    /// The pin of a CA certificate, PEM.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) if it is none.
    public static func pin(ofAuthority text: String) throws -> String {
        guard let authority = try? Certificate(pemEncoded: text) else {
            throw WatchmanError(.unavailable, "the server does not answer like a watchman server")
        }
        return Credential.pin(ofPublicKey: authority.publicKey.subjectPublicKeyInfoBytes)
    }

    /// The server's clock. Proves nothing about the server, and tells it nothing.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) if there is no watchman server.
    public static func clock(_ url: ServerURL) async throws -> Date { try await self.identity(url).clock }

    private static func identity(_ url: ServerURL, proxy: HTTPProxy? = nil) async throws -> ServerIdentity {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none
        return try await APIClient.with(.remote(url, authority: ""), apiKey: nil, proxy: proxy, tls: tls) { client in
            try await client.get("/api/v1/identity")
        }
    }
}
