import Foundation
import HTTPTypes
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Secrets are compared by their digests, and a wrong one is told like an unknown one.
@Suite struct SecretComparisonTests {
    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources")

    /// Lines that compare the text of a secret, or look for one in another.
    private static func isSuspect(_ line: String) -> Bool {
        let code = line.firstRange(of: "///").map { String(line[..<$0.lowerBound]) } ?? line
        let compares =
            /revealed\)?\s*(==|!=)|(==|!=)\s*[A-Za-z0-9_.?]*revealed\b|revealed\.(hasPrefix|hasSuffix|contains|starts|elementsEqual)\(/
        return code.contains(compares)
    }

    @Test func `no source compares the text of a secret`() throws {
        var found: [String] = []
        var count = 0
        for case let file as URL in try #require(
            FileManager.default.enumerator(at: Self.sources, includingPropertiesForKeys: nil))
        where file.pathExtension == "swift" {
            count += 1
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
            found += lines.filter(Self.isSuspect).map { "\(file.lastPathComponent): \($0)" }
        }
        #expect(count > 200, "the sources were read")
        #expect(found == [])
    }

    @Test(arguments: [
        ("guard key.secret.revealed == given else", true), ("if typed != secret.revealed {", true),
        ("text.revealed.hasPrefix(x)", true), ("token?.revealed == other", true), ("Data(one.revealed) == x", true),
        ("a.revealed.utf8.count == 32", false), ("one == other", false), ("/// a.revealed == b", false),
    ])
    func `the search finds what it is for`(line: String, isSuspect: Bool) { #expect(Self.isSuspect(line) == isSuspect) }

    @Test(arguments: ["hunter2", "hunter", "hunter22", "Hunter2", "", "hunter2\u{301}"])
    func `secrets are the same if every byte is`(text: String) {
        #expect((Secret("hunter2") == Secret(text)) == text.utf8.elementsEqual("hunter2".utf8))
    }

    /// What an attacker tries: a right identity with a wrong secret, and one that nobody has.
    private static func pairs(_ fixture: ServerFixture) async throws -> [(String, Answer, Answer)] {
        let (key, token) = (try await fixture.apiKey(), try await fixture.token())
        _ = try await fixture.user("alice", .admin)
        let bearer: (String) async throws -> Answer = { id in
            let text = "Bearer wmk1.\(key.pin).\(id).\(RandomText.identifier(26))"
            return try await fixture.call(.get, "/api/v1/keys", .remote, headers: ["Authorization": text])
        }
        let register: (String) async throws -> Answer = { id in
            let text = "wmj1.\(token.pin).\(id).\(RandomText.identifier(26))"
            let (credential, own) = (try Credential(text, kind: .join), SSHPrivateKey.generate())
            let bytes = Array(
                try WireJSON.encode(Sample.registration(credential, key: own.publicKey, nonce: fixture.nonce())))
            let proof = try SSHSignature.sign(bytes, namespace: DeviceSignature.registerNamespace, with: own)
            return try await fixture.call(
                .post, "/api/v1/register", .remote,
                headers: [DeviceSignature.signatureField: Data(proof).base64EncodedString()], bytes: bytes)
        }
        let signIn: (String) async throws -> Answer = { name in
            try await fixture.stranger.post("/sign-in", ["name": name, "password": "wrong wrong wrong"])
        }
        return [
            ("API key", try await bearer(key.id), try await bearer("aaaaaaaa")),
            ("join token", try await register(token.id), try await register("aaaaaaaa")),
            ("password", try await signIn("alice"), try await signIn("alicf")),
        ]
    }

    @Test func `an unknown name and a wrong secret get the same answer`() async throws {
        try await ServerFixture.with { fixture in
            for (what, wrong, unknown) in try await Self.pairs(fixture) {
                #expect(wrong.status == 401 && unknown.status == 401, "\(what)")
                #expect(wrong.text.replacing("alice", with: "alicf") == unknown.text, "\(what)")
                let names = [wrong, unknown].map { $0.headers.map(\.name.canonicalName).sorted() }
                #expect(names[0] == names[1], "\(what)")
            }
        }
    }
}
