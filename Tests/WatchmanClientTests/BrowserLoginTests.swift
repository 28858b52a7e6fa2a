import Foundation
import NIOCore
import NIOPosix
import Testing
import WatchmanCore

@testable import WatchmanClient

/// The command line's side of a login by browser.
@Suite struct BrowserLoginTests {
    private static let state = Secret("abcdefghijklmnopqrstuvwxyz")

    @Test func `the address has the hash of the secret and not the secret`() throws {
        let login = BrowserLogin(
            server: try ServerURL("https://tower.example"), machine: "Ann's laptop\u{1b}[2J\u{202e}")
        let address = login.address(port: 40000)
        #expect(address.hasPrefix("https://tower.example:8443/cli-login?port=40000&challenge="))
        #expect(address.contains("&challenge=\(Credential.hash(login.verifier).base64URL)&"))
        #expect(!address.contains(login.verifier.revealed))
        #expect(address.hasSuffix("&name=Ann%27s%20laptop%5B2J"))
        let other = BrowserLogin(server: login.server, machine: "x")
        #expect(other.verifier != login.verifier && other.state != login.state)
    }

    @Test(arguments: [
        "/", "/callback", "/callback?", "/callback?code=x", "/callback?code=x&state=", "/callback?code=x&state=other",
        "/callback?code=x&state=ABCDEFGHIJKLMNOPQRSTUVWXYZ", "/callback/?code=x&state=abcdefghijklmnopqrstuvwxyz",
        "/callback?code=x&state=abcdefghijklmnopqrstuvwxyz&state=abcdefghijklmnopqrstuvwxyz",
        "/callback?code=x&code=y&state=abcdefghijklmnopqrstuvwxyz", "/favicon.ico",
        "http://127.0.0.1/callback?code=x&state=abcdefghijklmnopqrstuvwxyz",
        "/callback?code&state=abcdefghijklmnopqrstuvwxyz", "/callback?code=x&state=abcdefghijklmnopqrstuvwxy%7a", "?",
        "",
    ]) func `who does not know the state brings nothing`(target: String) {
        #expect(BrowserReturn.answer(target, state: Self.state) == nil)
    }

    @Test func `a code is taken, a refusal too`() throws {
        let good = try #require(
            BrowserReturn.answer("/callback?code=x&state=\(Self.state.revealed)", state: Self.state))
        #expect(try good.get() == Secret("x"))
        let refused = "/callback?error=access_denied&state=\(Self.state.revealed)"
        let bad = try #require(BrowserReturn.answer(refused, state: Self.state))
        #expect(throws: WatchmanError(.forbidden, "the login was refused in the browser")) { try bad.get() }
    }

    @Test func `the browser is awaited on loopback, and others do not disturb`() async throws {
        let code = try await BrowserReturn.with(state: Self.state) { callback in
            // A browser connects ahead of time and says nothing.
            let idle = try await Self.connect(callback.port)
            for target in [
                "/favicon.ico", "/callback?code=wrong&state=wrong", "/callback?code=right&state=\(Self.state.revealed)",
            ] {
                try await Self.send("GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", callback.port)
            }
            let code = try await callback.received()
            try await idle.close()
            return code
        }
        #expect(code == Secret("right"))
    }

    @Test func `a post or no HTTP at all is no callback, and the wait ends`() async throws {
        let error = await #expect(throws: WatchmanError.self) {
            try await BrowserReturn.with(state: Self.state, patience: .milliseconds(300)) { callback in
                let target = "/callback?code=x&state=\(Self.state.revealed)"
                try await Self.send("POST \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", callback.port)
                try await Self.send("\u{0}\u{1}\u{2}\r\n\r\n", callback.port)
                return try await callback.received()
            }
        }
        #expect(error == WatchmanError(.unavailable, "nobody approved the login in time"))
    }

    private static func connect(_ port: Int) async throws -> any Channel {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connect(host: "127.0.0.1", port: port)
            .get()
    }

    /// Sends a text and waits until the other side hangs up.
    private static func send(_ text: String, _ port: Int) async throws {
        let channel = try await self.connect(port)
        try await channel.writeAndFlush(ByteBuffer(string: text))
        try await channel.closeFuture.get()
    }
}
