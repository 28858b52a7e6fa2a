import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanCommands

/// `--identity`: a person's own key in place of one that is made for the occasion.
@Suite struct IdentityTests {
    @Test func `without it a key is made for the occasion`() async throws {
        let identity = try await Identity.resolve(nil, RecordingProcessRunner())
        #expect(identity.publicKey == nil && identity.location == .own && identity.label == "")
    }

    @Test func `a file is named by either half, and both are one identity`() async throws {
        try await TemporaryFolder.with { folder in
            let key = try CommandSamples.key()
            try WholeFile.write("\(key.line) ann@laptop\n", to: "\(folder)/id_sk.pub", mode: 0o644)
            for name in ["id_sk", "id_sk.pub"] {
                let identity = try await Identity.resolve("\(folder)/\(name)", RecordingProcessRunner())
                #expect(identity.publicKey == key && identity.location == .file("\(folder)/id_sk"))
                #expect(identity.label.utf8.count == 17 && identity.label.hasPrefix("@"))
            }
        }
    }

    @Test(arguments: ["a b", "a\"b", "a%hb", "a$HOME", "a\nProxyCommand x", "a'b", "a\\b", "a;b", "\u{e9}"])
    func `a path that ssh would read otherwise is refused`(name: String) async throws {
        let error = await #expect(throws: WatchmanError.self) {
            try await Identity.resolve("/tmp/\(name)", RecordingProcessRunner())
        }
        #expect(error?.code == .invalid && error?.message.contains("odd characters") == true)
    }

    @Test func `a file that is not there or not a key says so`() async throws {
        try await TemporaryFolder.with { folder in
            try WholeFile.write("nonsense\n", to: "\(folder)/id.pub", mode: 0o644)
            for name in ["none", "id"] {
                let error = await #expect(throws: WatchmanError.self) {
                    try await Identity.resolve("\(folder)/\(name)", RecordingProcessRunner())
                }
                #expect(error?.code == .invalid)
            }
        }
    }

    @Test func `the agent's first key that can be certified is taken`() async throws {
        let key = try CommandSamples.key()
        let output =
            "ssh-ed25519-cert-v01@openssh.com AAAA x\nssh-dss AAAA old\n\(key.line) ann\n\(SSHPrivateKey.generate().publicKey.line) two\n"
        let runner = RecordingProcessRunner([.agentKeys: CommandResult(status: 0, output: output)])
        let identity = try await Identity.resolve("agent", runner)
        #expect(identity.publicKey == key && identity.location == .agent && identity.label == "@agent")
    }

    @Test(arguments: [
        CommandResult(status: 2, errors: "Could not open a connection to your authentication agent.\n"),
        CommandResult(status: 1, output: "The agent has no identities.\n"), CommandResult(status: 0, output: "x y\n"),
    ])
    func `an agent without such a key is an error with a way out`(result: CommandResult) async throws {
        let runner = RecordingProcessRunner([.agentKeys: result])
        let error = await #expect(throws: WatchmanError.self) { try await Identity.resolve("agent", runner) }
        #expect(error?.code == .unavailable && error?.hint == "ssh-add")
    }

    @Test func `logins and identities do not share a folder`() throws {
        let context = CommandSamples.context("/home/ann")
        let key = try CommandSamples.key()
        let file = Identity(publicKey: key, location: .file("/x"))
        let folders = [
            CredentialFolder(context: context), CredentialFolder(context: context, user: "agent"),
            CredentialFolder(context: context, identity: Identity(publicKey: key, location: .agent)),
            CredentialFolder(context: context, identity: file),
            CredentialFolder(context: context, user: "agent", identity: file),
        ].map { $0.path("abc") }
        #expect(Set(folders).count == 5)
        #expect(folders[1] == "/home/ann/.cache/watchman/devices/abc+agent")
    }

    @Test func `ssh is told of the key, and of the agent unless the key is ours`() throws {
        let grant = try CommandSamples.grant()
        let lines: [(SSHIdentity, String)] = [
            (.own, "    IdentityFile /c/id_ed25519\n    IdentityAgent none\n"),
            (.file("/home/ann/id_sk"), "    IdentityFile /home/ann/id_sk\n    CertificateFile"),
            (.agent, "    IdentityFile /c/identity.pub\n    CertificateFile"),
        ]
        for (identity, text) in lines {
            let configuration = try SSHConfiguration.once(
                grant, gateway: CommandSamples.hop("tower.example"), identity: identity, folder: "/c")
            #expect(configuration.components(separatedBy: text).count == 3, "for both hops")
            let standing = try SSHConfiguration.standing(
                CommandSamples.device("abcdefgh23", "edge-1"), folder: "/c", connect: "watchman connect --user pi",
                user: "pi", identity: identity)
            #expect(standing.contains(text) && standing.contains("    User pi\n"))
        }
    }
}
