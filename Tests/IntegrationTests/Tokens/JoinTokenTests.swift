import Foundation
import Testing
import WatchmanClient
import WatchmanCore

/// Join tokens: what a device may do with one, and for how long.
@Suite(.logs)
struct JoinTokenTests {
    @Test func `fifty devices enrol at once with one token and get fifty ports`() async throws {
        try await ServerFixture.with { server in
            let token = try await server.token(uses: 50)
            let results = try await Self.registerAtOnce(50, token, server)
            let enrolments = results.compactMap { try? $0.get() }
            #expect(enrolments.count == 50)
            #expect(Set(enrolments.map(\.port)).count == 50)
            #expect(Set(enrolments.map(\.deviceID)).count == 50)
            #expect(Set(enrolments.map(\.name)).count == 50)
            #expect(enrolments.allSatisfy { server.ports.devices.contains($0.port) })
            let seen = try await server.devices()
            #expect(Set(seen.map { "\($0.id):\($0.port)" }) == Set(enrolments.map { "\($0.deviceID):\($0.port)" }))
        }
    }

    @Test func `of fifty devices with a token for one, exactly one enrols`() async throws {
        try await ServerFixture.with { server in
            let token = try await server.token(uses: 1)
            let results = try await Self.registerAtOnce(50, token, server)
            #expect(results.count { (try? $0.get()) != nil } == 1)
            let errors = results.compactMap { result in
                if case .failure(let error) = result { error as? WatchmanError } else { nil }
            }
            #expect(errors.count == 49)
            #expect(Set(errors.map(\.message)) == ["the join token \(token.id) is used up"])
            #expect(try await server.devices().count == 1)
        }
    }

    @Test func `a token that cannot be used says why, and nothing is left on the device`() async throws {
        try await ServerFixture.with { server in
            let used = try await server.token()
            _ = try await server.register(used, hostname: "first")
            let revoked = try await server.token()
            #expect(
                try await server.watchman("admin", "tokens", "revoke", revoked.id).lines == ["\(revoked.id) is revoked"]
            )
            let expired = try await server.token()
            try await server.expire(expired)
            for (token, cause) in [
                (used, "the join token \(used.id) is used up"), (revoked, "the join token \(revoked.id) was revoked"),
                (expired, "the join token \(expired.id) has expired"),
            ] {
                let sandbox = try RegisterSandbox(server.scratch)
                let result = try await sandbox.register(server.url, token: token.text.revealed)
                #expect(result.status == 77)
                #expect(result.text == "")
                #expect(
                    result.errorLines.suffix(2) == [
                        "watchman: error: \(cause)", "watchman: hint: watchman admin tokens create",
                    ])
                #expect(sandbox.leftovers == [])
            }
            #expect(try await server.devices().map(\.name) == ["first"])
        }
    }

    @Test func `a token with a wrong secret or an unknown id is not known`() async throws {
        try await ServerFixture.with { server in
            let token = try await server.token()
            for (id, secret) in [
                (token.id, String(repeating: "a", count: 26)), ("aaaaaaaa", token.secret.revealed),
            ] {
                let sandbox = try RegisterSandbox(server.scratch)
                let result = try await sandbox.register(server.url, token: "wmj1.\(token.pin).\(id).\(secret)")
                #expect(result.status == 77)
                #expect(result.errorLines.suffix(2).first == "watchman: error: the join token is not known here")
                #expect(sandbox.leftovers == [])
            }
        }
    }

    @Test(arguments: [
        "", "\n", "wmj1", "wmj1.short.aaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "wmk1.PIN.aaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "wmj1.PIN.aaaaaaaa.mysecret", "wmj1.PIN.aaaaaaa!.aaaaaaaaaaaaaaaaaaaaaaaaaa", "\u{1b}]52;c;AAAA\u{7}",
        "wmj1.PIN.aaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaamysecret", "wmj1.PIN.aaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaa.mysecret",
    ])
    func `a malformed token goes no further, and is not repeated`(text: String) async throws {
        try await Scratch.with { scratch in
            let sandbox = try RegisterSandbox(scratch)
            let pin = String(repeating: "A", count: 43)
            // Nothing listens there, and nobody is asked.
            let result = try await sandbox.register(
                "https://127.0.0.1:\(try Ports.take().api)", token: text.replacing("PIN", with: pin))
            #expect(result.status == 64)
            #expect(result.text == "")
            #expect(result.errorLines.count == 1)
            #expect(result.errorText.contains("malformed") || result.errorText.contains("no join token"))
            #expect(!result.errorText.contains("mysecret") && !result.errorText.contains("\u{1b}"))
            #expect(sandbox.leftovers == [])
        }
    }

    private static func registerAtOnce(_ count: Int, _ token: Credential, _ server: ServerFixture) async throws
        -> [Result<Enrolment, any Error>]
    {
        let (address, _) = try await ServerTrust.establish(try ServerURL(server.url), pin: token.pin)
        return try await APIClient.with(address) { client in
            await withTaskGroup { group in
                for _ in 0..<count {
                    group.addTask {
                        let key = SSHPrivateKey.generate()
                        let request = Fake.registration(token, hostname: "edge", key: key.publicKey)
                        do {
                            return Result<Enrolment, any Error>.success(try await client.enrol(request, key: key))
                        } catch {
                            return .failure(error)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
    }
}
