import Foundation
import Glibc
import Testing
import WatchmanCore
import WatchmanSystem

/// Texts that would run a command, or worse, if they reached a shell, ssh's options or its configuration.
@Suite(.sharedServer, .logs)
struct HostileArgumentTests {
    /// Some two hundred texts. Those that are commands would make the file `canary` in a folder.
    static func corpus(_ folder: String) -> [String] {
        let touch = "touch \(folder)/canary"
        let options = [
            "-oProxyCommand=\(touch)", "-oProxyCommand=\(touch);", "-oLocalCommand=\(touch)",
            "-oPermitLocalCommand=yes", "-oKnownHostsCommand=\(touch)", "-oMatch exec \(touch)", "-F\(folder)/evil",
            "-i\(folder)/x",
            "-D1080", "-L1:2:3", "-J\(touch)", "-S\(folder)/s", "-E\(folder)/canary", "-w0", "-W127.0.0.1:22", "-G",
            "-V", "-v",
            "--", "-", "--help=\(touch)", "--version", "--user=x", "--socket=\(folder)/none", "--stdio", "-", "---",
        ]
        let shell = [
            "$(\(touch))", "`\(touch)`", ";\(touch)", "; \(touch) #", "|\(touch)", "&\(touch)&", "&& \(touch)",
            "|| \(touch)", "\"; \(touch); \"", "'; \(touch); '", "$(\(touch)).wm", "x$(\(touch))", "${IFS}\(touch)",
            "\\\(touch)",
            "<(\(touch))", ">\(folder)/canary", ">>\(folder)/canary", "~root", "*", "?", "[a-z]*", "!", "!*", "!edge-1",
            "{a,b}", "#", "x#",
            "edge-1;\(touch)", "edge-1 \(touch)", "edge-1$(\(touch))", "edge-1`\(touch)`", "edge-1|\(touch)",
            "edge-1&\(touch)",
        ]
        let percent = [
            "%h", "%p", "%r", "%u", "%n", "%%", "%C", "%L", "%d", "%k", "%i", "%T", "%{h}", "edge-1%h", "%s%s%s%n",
            "%0a", "%00",
            "%2e%2e%2f", "..%2f..", "%25h", "${HOME}", "$HOME", "$0", "${PATH}", "edge-1.wm", "edge-1.wm:22",
            "root@edge-1", "edge-1:22",
            "ssh://edge-1", "[edge-1]", "edge-1/", "edge-1/..", "../edge-1", "/", "//", ".", "..", "../../etc/passwd",
            "edge-1?x=1",
            "edge-1#x", "edge-1/connect", "edge-1/reveal-password", "a/b/c", "\\", "\\\\", "\\n", "C:\\x",
        ]
        let control = [
            "edge-1\n", "\nedge-1", "edge-1\nProxyCommand \(touch)", "edge-1\r\nProxyCommand \(touch)\r\n", "\r", "\n",
            "\t", "edge-1\t",
            " edge-1", "edge-1 ", " ", "\u{b}", "\u{c}", "\u{1b}]52;c;QQ==\u{7}", "\u{1b}[2J", "\u{9b}2J", "\u{7f}",
            "\u{1}", "\u{8}", "\u{85}",
            "\u{2028}", "\u{2029}", "\u{feff}edge-1", "edge-1\u{200b}", "edge-1\u{200d}", "\u{202e}1-egde",
            "\u{2066}edge-1\u{2069}",
            "edge\u{ad}-1", "e\u{301}dge-1", "\u{e9}dge-1", "edge-1\u{301}", "\"\u{301}", "'\u{200d}",
            "-\u{301}oProxyCommand=\(touch)",
            "\u{ff0d}oProxyCommand=\(touch)", "\u{2013}o", "edge\u{2010}1", "\u{435}dge-1", "\u{1d41e}dge-1", "EDGE-1",
            "Edge-1", "edge_1",
        ]
        let sizes = [
            "", String(repeating: "a", count: 4096), String(repeating: "a", count: 64),
            "-" + String(repeating: "a", count: 4096),
            String(repeating: "\u{301}", count: 2048), String(repeating: "%h", count: 2048),
            String(repeating: "$(\(touch))", count: 50),
            String(repeating: "../", count: 1000), String(repeating: "\n", count: 100), "a-", "-a", "a--", "0", "-1",
            "1e9", "null", "true",
        ]
        let sql = [
            "' OR '1'='1", "\" OR \"\"=\"", "'; DROP TABLE device; --", "edge-1'--", "1; SELECT 1", "%' OR 1=1 --",
            "edge_%", "_______",
            "<script>alert(1)</script>", "\" onx=\"", "javascript:x", "{{7*7}}", "{{{x}}}", "<!--", "&lt;", "]]>",
        ]
        let punctuation = "!\"#$%&'()*+,./:;<=>?@[\\]^_`{|}~".map { "edge-1\($0)" }
        return punctuation + options + shell + percent + control + sizes + sql
    }

    @Test func `no device's name, whatever it holds, runs anything or finds a device`() async throws {
        let server = try SharedServer.server
        let folder = try server.openFolder()
        try WholeFile.write("Host *\nProxyCommand touch \(folder)/canary\n", to: "\(folder)/evil", mode: 0o644)
        let corpus = Self.corpus(folder)
        #expect(corpus.count >= 200)
        try await Self.inParallel(corpus) { text in
            for arguments in [["connect", "--", text], ["connect", text, "--", "id"]] where !text.contains("\0") {
                let result = try await server.start(arguments).wait()
                Self.expectRefusal(result, "\(arguments)")
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["evil"])
    }

    @Test func `the server itself takes none of them for a device`() async throws {
        let server = try SharedServer.server
        let folder = try server.openFolder()
        let key = SSHPrivateKey.generate().publicKey
        for text in Self.corpus(folder) {
            // What a client that checks nothing would send.
            let path = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            let error = await #expect(throws: WatchmanError.self, "\(text.debugDescription)") {
                try await server.grant(path.isEmpty ? "%20" : path, key)
            }
            #expect(error?.code == .notFound || error?.code == .invalid, "\(text.debugDescription): \(error as Any)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }

    @Test func `no name or tag that could do harm is accepted`() async throws {
        let server = try SharedServer.server
        let folder = try server.openFolder()
        try await Self.inParallel(Self.corpus(folder).filter { !["0", "a--", "null", "true", "1e9"].contains($0) }) {
            text in
            let renamed = try await server.start(["devices", "rename", "edge-2", "--", text]).wait()
            #expect(renamed.status != 0, "\(text.debugDescription)")
        }
        #expect(try await server.devices().map(\.name) == ["edge-1", "edge-2"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }

    private static func expectRefusal(_ result: Program.Outcome, _ what: String) {
        // A word of options may hold the h of --help.
        let isHelp = result.status == 0 && ["OVERVIEW", Version.current].contains { result.text.hasPrefix($0) }
        #expect(isHelp || [1, 64].contains(result.status), "\(what): \(result.status) \(result.errorText)")
        #expect(isHelp || result.text == "", "\(what): \(result.text)")
        #expect(result.errorText.unicodeScalars.allSatisfy { $0 == "\n" || !OutputTests.isControl($0) }, "\(what)")
        #expect(result.errorText.utf8.count < 2000, "\(what)")
    }

    /// Two at a time: as many as there are cores.
    private static func inParallel(
        _ texts: [String], _ body: @escaping @Sendable (String) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for half in [texts.prefix(texts.count / 2), texts.dropFirst(texts.count / 2)] {
                group.addTask { for text in half { try await body(text) } }
            }
            try await group.waitForAll()
        }
    }
}
