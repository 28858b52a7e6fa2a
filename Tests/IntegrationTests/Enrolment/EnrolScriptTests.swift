import Foundation
import Glibc
import Testing
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// The one line for a bare device, by the shells and the curl of this machine.
@Suite(.logs)
struct EnrolScriptTests {
    /// Runs a line as a person would paste it; what it enrols stays inside the sandbox, and nothing is installed.
    private static func run(
        _ server: ServerFixture, _ sandbox: RegisterSandbox, _ line: String, shell: String = "sh"
    ) async throws -> Program.Outcome {
        try await server.scratch.run(
            sandbox.wrapping([shell, "-c", line]), environment: sandbox.environment)
    }

    private static func fetch(_ new: NewJoinToken, pin: String? = nil) -> String {
        "curl -fsSk --pinnedpubkey sha256//\(pin ?? new.keyPin) \(new.server)/enrol.sh"
    }

    private static func token(_ server: ServerFixture) async throws -> NewJoinToken {
        try await server.api {
            try await $0.post("/api/v1/tokens", JoinTokenRequest(lifetime: 600, uses: 1, tags: []))
        }
    }

    @Test(arguments: ["sh", "bash"])
    func `the line that is printed enrols, and passes options on`(shell: String) async throws {
        try await ServerFixture.with { server in
            let sandbox = try RegisterSandbox(server.scratch)
            try sandbox.installNothing()
            let new = try await Self.token(server)
            let line = EnrolmentLine.text(token: new.token.revealed, server: new.server, keyPin: new.keyPin)
                .replacing("sudo sh", with: shell)
            let result = try await Self.run(
                server, sandbox, "\(line) x \(sandbox.options) --name edge-7", shell: shell)
            #expect(result.errorText.contains("registered as edge-7"), "\(result.errorText)")
            #expect(try await server.devices().map(\.name) == ["edge-7"])
            #expect(try sandbox.temporaries == [], "the download is gone")
        }
    }

    @Test func `piped into a shell it takes the token from a file, and says so if there is nobody to ask`() async throws
    {
        try await ServerFixture.with { server in
            let sandbox = try RegisterSandbox(server.scratch)
            try sandbox.installNothing()
            let new = try await Self.token(server)
            let silent = try await Self.run(
                server, sandbox, "\(Self.fetch(new)) | setsid sh -s -- \(sandbox.options)")
            #expect(silent.status == 64, "\(silent.errorText)")
            #expect(silent.errorText.contains("hint: write it into a file and add: -s -- --token-file FILE"))
            let file = "\(server.folder)/token"
            try WholeFile.write("\(new.token.revealed)\n", to: file, mode: 0o600)
            let result = try await Self.run(
                server, sandbox, "\(Self.fetch(new)) | sh -s -- --token-file \(file) \(sandbox.options)")
            #expect(result.errorText.contains("registered as "), "\(result.errorText)")
            #expect(try await server.devices().count == 1)
        }
    }

    @Test func `another key than the pinned one gives the shell nothing`() async throws {
        try await ServerFixture.with { server in
            let sandbox = try RegisterSandbox(server.scratch)
            let new = try await Self.token(server)
            let wrong = try await Self.run(
                server, sandbox, "\(Self.fetch(new, pin: String(repeating: "A", count: 43) + "=")) && echo got it")
            #expect(wrong.status == 90 && wrong.text == "", "curl checks the pin although it was told -k")
        }
    }

    @Test func `a script that is cut anywhere, or meets another program, does nothing`() async throws {
        try await ServerFixture.with { server in
            let sandbox = try RegisterSandbox(server.scratch)
            let new = try await Self.token(server)
            let script = try await Self.run(server, sandbox, Self.fetch(new)).text
            #expect(script.hasPrefix("#!/bin/sh\n"))
            let file = "\(server.folder)/script"
            for count in stride(from: 0, to: script.utf8.count - 12, by: 97) {
                try WholeFile.write(String(decoding: script.utf8.prefix(count), as: UTF8.self), to: file, mode: 0o600)
                _ = try await Self.run(server, sandbox, "echo \(new.token.revealed) | sh -c \"$(cat \(file))\"")
            }
            let hash = try #require(script.firstMatch(of: /[0-9a-f]{64}/)).output
            let changes: [(String, String, String)] = [
                (String(hash), String(repeating: "0", count: 64), "is not what the server has"),
                ("'\(HostFacts.machine)'", "'vax'", "this machine is \(HostFacts.machine)"),
                ("command -v \"$program\"", "false", "curl is not installed"),
            ]
            for (old, other, words) in changes {
                try WholeFile.write(script.replacing(old, with: other), to: file, mode: 0o600)
                let result = try await Self.run(
                    server, sandbox, "echo \(new.token.revealed) | sh -c \"$(cat \(file))\"")
                #expect(result.status == 69 && result.errorText.contains(words), "\(result.errorText)")
            }
            #expect(try await server.devices().isEmpty)
            #expect(try sandbox.temporaries == [])
        }
    }

    @Test func `the Host header goes into the script only as a host`() async throws {
        try await ServerFixture.with(configuration: ["host": ""]) { server in
            let sandbox = try RegisterSandbox(server.scratch)
            let fetch = "curl -sSk -o /dev/null -w '%{http_code}' \(server.url)/enrol.sh -H"
            for host in ["'Host: a b'", "'Host: $(id)'", "\"Host: x'y\"", "'Host: [x'", "'Host: -x'", "'Host: x:1:2'"] {
                let result = try await Self.run(server, sandbox, "\(fetch) \(host)")
                #expect(result.text == "400", "\(host)")
            }
        }
    }
}
