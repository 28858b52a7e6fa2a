import Foundation
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

extension ServerFixture {
    /// The token of a session of a person who is made for it: open, signed out, or idle for too long.
    func session(of principal: AccessPrincipal) async throws -> Secret {
        let name = "u\(RandomText.identifier(8))"
        let begin = principal.kind == .staleBrowser ? Date() - Session.idleLimit - 1 : Date()
        let browser = try await self.browser(
            principal.rights.role, name: name, mayReveal: principal.rights.mayReveal, scope: principal.scope,
            now: begin)
        if principal.kind == .signedOutBrowser { _ = try await browser.post("/sign-out") }
        return browser.token ?? Secret("")
    }
}
