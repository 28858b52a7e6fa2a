import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanServer

@Suite struct EnrolFilesTests {
    @Test func `the script names this server, its key and its program`() async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.stranger.get("/enrol.sh")
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType]?.hasPrefix("text/x-shellscript") == true)
            #expect(!answer.text.contains(/@[A-Z0-9]+@/), "nothing is left to fill in")
            let hash = try await fixture.fleet.program.hash()
            for part in [
                "'https://localhost/download/watchman'", "'sha256//\(fixture.fleet.keyPin)'", "'\(hash)'",
                "'\(HostFacts.machine)'",
            ] { #expect(answer.text.contains(part), "\(part)") }
            #expect(answer.text.hasSuffix("\n\nenrol \"$@\"\n"), "what arrives in part does nothing")
        }
    }

    @Test(arguments: [
        "https://tower.example:8443", "https://tower", "https://[::1]:8443", "https://[2001:db8::1]",
        "https://192.0.2.1",
    ])
    func `an address goes into the script`(text: String) { #expect(EnrolFiles.isAddress(text)) }

    @Test(arguments: [
        "", "http://tower", "https://", "https://:8443", "https://tower:", "https://tower:123456", "https://-tower",
        "https://[]", "https://[tower]", "https://::1", "https://a]b", "https://tower/x", "https://to'wer",
        "https://a b",
        "https://tower:8443:1", "https://[::1]x", "https://[::1", "https://tówer", "https://tower\n", "https://$(id)",
    ])
    func `what could be read otherwise does not`(text: String) { #expect(!EnrolFiles.isAddress(text)) }

    @Test func `the program is what its hash says`() async throws {
        try await TemporaryFolder.with { folder in
            let bytes = Data((0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            try WholeFile.write(bytes, to: "\(folder)/program", mode: 0o755)
            let program = Download(file: "\(folder)/program")
            let hash = try await program.hash()
            #expect(hash == SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined())
            let response = try await program.response()
            #expect(response.status == .ok && response.body.contentLength == bytes.count)
        }
    }

    @Test func `the file is served with its length to anyone`() async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.stranger.get("/download/watchman")
            let content = try Data(contentsOf: URL(fileURLWithPath: fixture.gatewayDatabase))
            #expect(answer.status == 200 && answer.bytes.count == content.count)
            #expect(answer.headers[.contentLength] == "\(content.count)")
        }
    }

    @Test func `sixteen may download at once, and a place is free when its answer is gone`() async throws {
        try await TemporaryFolder.with { folder in
            try WholeFile.write("program", to: "\(folder)/program", mode: 0o755)
            let program = Download(file: "\(folder)/program")
            var open: [Response] = []
            for _ in 0..<Download.limit { open.append(try await program.response()) }
            #expect(open.allSatisfy { $0.status == .ok })
            let refused = try await program.response()
            #expect(refused.status == .serviceUnavailable && refused.headers[.retryAfter] == "20")
            open.removeLast()
            let next = try await program.response()
            #expect(next.status == .ok)
        }
    }
}
