import Foundation
public import WatchmanCore

/// What the command line shows the browser and keeps to itself (RFC 8252 with RFC 7636).
public struct BrowserLogin: Sendable {
    /// Comes back with the code: whoever else finds the port has none.
    let state = Secret(RandomText.identifier(40))
    /// Redeems the code; the browser sees only its hash.
    let verifier = Secret(RandomText.identifier(52))
    let server: ServerURL
    /// What this machine calls itself.
    let machine: String

    /// Prepares a login.
    public init(server: ServerURL, machine: String) {
        (self.server, self.machine) = (server, machine)
    }

    /// Gets a key: tells `open` the address that a person has to approve it at, and waits for them.
    ///
    /// - Throws: `WatchmanError`: `forbidden` if they refuse, `unavailable` if nobody comes.
    public func key(authority: String, _ open: (_ address: String, _ port: Int) async -> Void) async throws -> NewAPIKey
    {
        let code = try await BrowserReturn.with(state: self.state) { callback in
            await open(self.address(port: callback.port), callback.port)
            return try await callback.received()
        }
        return try await APIClient.with(.remote(self.server, authority: authority)) {
            try await $0.post("/api/v1/login", LoginRequest(code: code, verifier: self.verifier))
        }
    }

    /// The page where a person approves.
    func address(port: Int) -> String {
        let challenge = Credential.hash(self.verifier).base64URL
        return "\(self.server.text)/cli-login?port=\(port)&challenge=\(challenge)&state=\(self.state.revealed)"
            + "&name=\(PercentEncoding.encode(OutsideText.clean(self.machine, limit: 64)))"
    }
}
