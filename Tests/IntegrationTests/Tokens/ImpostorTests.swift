import Foundation
import Testing
import WatchmanCore

/// Servers that are not the one that made the token: none may learn its secret.
@Suite(.logs)
struct ImpostorTests {
    private static let token = Credential(new: .join, pin: String(repeating: "A", count: 43))

    @Test func `a server with another key than the token names never sees the secret`() async throws {
        try await Scratch.with { scratch in
            let tls = try TLSIdentity()
            let identity = try Self.identity(authority: tls.certificate)
            try await FakeServer.with(.web(identity, tls), port: try Ports.take().api) { impostor in
                let url = "https://127.0.0.1:\(impostor.port)"
                let result = try await RegisterSandbox(scratch).register(url, token: Self.token.text.revealed)
                #expect(result.status == 77)
                #expect(
                    result.errorLines == [
                        "watchman: error: \(url) is not the server that made this token: "
                            + "its key has another fingerprint; nothing was sent"
                    ])
                #expect(impostor.received("GET /api/v1/identity"))
                Self.expectNoSecret(impostor, Self.token)
            }
        }
    }

    @Test func `a server that shows another's CA never sees the secret`() async throws {
        try await ServerFixture.with { server in
            let token = try await server.token()
            let authority = try String(contentsOfFile: "\(server.state)/ca.pem", encoding: .utf8)
            let identity = try Self.identity(authority: authority)
            try await FakeServer.with(.web(identity, try TLSIdentity()), port: server.sparePort()) { impostor in
                let url = "https://127.0.0.1:\(impostor.port)"
                let result = try await RegisterSandbox(server.scratch).register(url, token: token.text.revealed)
                #expect(result.status == 69)
                #expect(
                    result.errorLines.last
                        == "watchman: error: cannot reach the server at \(url): "
                        + "it does not prove to be the server that the pin names")
                #expect(impostor.connections > 1)
                Self.expectNoSecret(impostor, token)
            }
        }
    }

    @Test func `another watchman server refuses the token unseen`() async throws {
        try await ServerFixture.with { server in
            let other = try ServerFixture(server.scratch, name: "other")
            try await other.start()
            let token = try await server.token()
            let sandbox = try RegisterSandbox(server.scratch)
            let result = try await sandbox.register(other.url, token: token.text.revealed)
            #expect(result.status == 77)
            #expect(result.errorText.contains("\(other.url) is not the server that made this token"))
            #expect(sandbox.leftovers == [])
        }
    }

    @Test(arguments: [
        "<html><body>It works!</body></html>", "", "{}", "[]", "null", "{\"product\":\"other\"}",
        "{\"error\":{\"code\":\"nonsense\"}}",
    ])
    func `a web server that is not watchman is called so`(body: String) async throws {
        try await Scratch.with { scratch in
            try await FakeServer.with(.web(body, try TLSIdentity()), port: try Ports.take().api) { web in
                let url = "https://127.0.0.1:\(web.port)"
                let result = try await RegisterSandbox(scratch).register(url, token: Self.token.text.revealed)
                #expect(result.status == 69)
                #expect(result.errorLines == ["watchman: error: \(url) does not answer like a watchman server"])
                Self.expectNoSecret(web, Self.token)
            }
        }
    }

    @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "220 mail.example ESMTP\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n"])
    func `a port that does not speak TLS is called so`(greeting: String) async throws {
        try await Scratch.with { scratch in
            try await FakeServer.with(.greets(greeting), port: try Ports.take().api) { other in
                let url = "https://127.0.0.1:\(other.port)"
                let result = try await RegisterSandbox(scratch).register(url, token: Self.token.text.revealed)
                #expect(result.status == 69)
                #expect(result.errorLines.count == 1)
                #expect(result.errorText.hasPrefix("watchman: error: cannot reach the server at \(url): "))
                Self.expectNoSecret(other, Self.token)
            }
        }
    }

    @Test func `a port that says nothing is given up in words`() async throws {
        try await Scratch.with { scratch in
            try await FakeServer.with(.greets(""), port: try Ports.take().api) { silent in
                let url = "https://127.0.0.1:\(silent.port)"
                let result = try await RegisterSandbox(scratch).register(url, token: Self.token.text.revealed)
                #expect(result.status == 69)
                #expect(result.errorLines == ["watchman: error: cannot reach the server at \(url): no answer in time"])
            }
        }
    }

    @Test func `a server that is down is named with the reason`() async throws {
        try await Scratch.with { scratch in
            let url = "https://127.0.0.1:\(try Ports.take().api)"
            let result = try await RegisterSandbox(scratch).register(url, token: Self.token.text.revealed)
            #expect(result.status == 69)
            #expect(result.errorLines == ["watchman: error: cannot reach the server at \(url): connection refused"])
        }
    }

    @Test func `a name that does not resolve is named`() async throws {
        try await Scratch.with { scratch in
            let url = "https://nosuchhost.invalid:8443"
            let result = try await RegisterSandbox(scratch)
                .register(url, token: Self.token.text.revealed, isOffline: true)
            #expect(result.status == 69)
            #expect(
                result.errorLines == ["watchman: error: cannot reach the server at \(url): the name does not resolve"])
        }
    }

    /// What a watchman server says of itself, with this CA.
    private static func identity(authority: String) throws -> String {
        let identity = ServerIdentity(version: Version.current, certificateAuthority: authority, clock: Date())
        return String(decoding: try WireJSON.encode(identity), as: UTF8.self)
    }

    private static func expectNoSecret(_ server: FakeServer, _ token: Credential) {
        #expect(!server.received(token.secret.revealed))
        #expect(!server.received(token.id))
        #expect(!server.received("POST"))
    }
}
