import Foundation
import Testing
import WatchmanCore
import WatchmanSystem

/// What commands print: data on standard output, talk on standard error, nothing that steers a terminal.
@Suite(.logs)
struct OutputTests {
    @Test(arguments: [
        "\u{1b}]52;c;ZXZpbA==\u{7}", "\u{1b}[2J\u{1b}[1;31mred", "a\nb\r\nc",
        "\"quoted\" 'twice' `thrice` \\ $(id) ;|&",
        "\u{9b}2J\u{85}\u{90}", "\u{202e}drowssap\u{202c}", "\"\u{301}<script>\u{200d}", "\u{0}nul\u{7f}",
        "%s%n%h ${HOME}",
        String(repeating: "x", count: 4096), String(repeating: "\u{1b}[A", count: 1000), "",
    ])
    func `a device that calls itself anything at all steers no terminal and no ssh`(hostname: String) async throws {
        try await ServerFixture.with { server in
            let enrolment = try await server.register(try await server.token(), hostname: hostname)
            #expect(DeviceName.isValid(enrolment.name))
            for arguments in [
                ["devices"], ["devices", "show", enrolment.name], ["devices", "ssh-config"],
                ["devices", "--format", "json"], ["devices", "show", enrolment.name, "--format", "json"],
                ["connect", enrolment.name], ["devices", "remove", enrolment.name, "--yes"],
            ] {
                let result = try await server.start(arguments).wait()
                let text = result.text + result.errorText
                #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || !Self.isControl($0) }, "\(arguments)")
                #expect(result.lines.allSatisfy { $0.utf8.count < 1000 }, "\(arguments)")
                if arguments.contains("json") {
                    #expect((try? JSONSerialization.jsonObject(with: result.output)) != nil, "\(arguments)")
                }
            }
        }
    }

    @Test func `lists are data on standard output and parse as JSON`() async throws {
        try await ServerFixture.with { server in
            let token = try await server.watchman("admin", "tokens", "create", "--tag", "site=berlin", "--uses", "2")
            #expect(token.status == 0)
            #expect(token.lines.count == 1)
            #expect(token.errorLines.count == 2)
            #expect(token.errorText.hasPrefix("watchman: ends "))
            #expect(token.errorLines.last?.contains(" echo TOKEN | sudo sh -c ") == true)
            #expect(!token.errorText.contains("wmj1."), "the secret is only where it was asked for")
            let credential = try Credential(token.text, kind: .join)
            let one = try await server.register(credential, hostname: "edge")
            _ = try await server.register(credential, hostname: "edge")
            let table = try await server.watchman("devices")
            #expect(table.errorText == "")
            #expect(table.lines.count == 3)
            #expect(table.lines[0].hasPrefix("ID          NAME    STATE    GATEWAY     LAST SEEN  VERSION"))
            #expect(table.lines[1].hasPrefix("\(one.deviceID)  edge    offline  main:\(one.port)"))
            let list = try await server.watchman("devices", "--format", "json")
            #expect(list.errorText == "")
            let devices = try WireJSON.decode(DeviceList.self, from: list.output).devices
            #expect(devices.map(\.name) == ["edge", "edge-2"])
            #expect(devices.map(\.tags) == [["site=berlin"], ["site=berlin"]])
            for arguments in [["admin", "tokens", "list"], ["admin", "keys", "list"], ["devices", "show", "edge-2"]] {
                let result = try await server.start(arguments + ["--format", "json"]).wait()
                #expect(result.status == 0)
                #expect((try? JSONSerialization.jsonObject(with: result.output)) != nil, "\(arguments)")
                #expect(!result.text.contains(credential.secret.revealed), "\(arguments)")
            }
        }
    }

    @Test func `search, filter, sort and change work through the command line`() async throws {
        try await ServerFixture.with { server in
            let token = try await server.token(uses: 3)
            for name in ["c", "a", "b"] { _ = try await server.register(token, hostname: name) }
            let names: ([String]) async throws -> [String] = { options in
                let result = try await server.start(["devices", "--format", "json"] + options).wait()
                return try WireJSON.decode(DeviceList.self, from: result.output).devices.map(\.name)
            }
            #expect(try await names([]) == ["a", "b", "c"])
            #expect(try await names(["--sort", "port"]) == ["c", "a", "b"])
            #expect(try await server.watchman("devices", "tag", "b", "blue", "site=x").lines == ["b: blue, site=x"])
            #expect(try await server.watchman("devices", "tag", "b", "--remove", "blue").lines == ["b: site=x"])
            #expect(try await names(["--tag", "site=x"]) == ["b"])
            #expect(try await names(["--search", "site"]) == ["b"])
            #expect(try await names(["--state", "online"]) == [])
            let renamed = try await server.watchman("devices", "rename", "c", "tower")
            #expect(renamed.lines.count == 1 && renamed.text.hasSuffix(" is now tower\n"))
            #expect(try await names([]) == ["a", "b", "tower"])
            let taken = try await server.watchman("devices", "rename", "tower", "a")
            #expect(taken.status == 1)
            let unasked = try await server.watchman("devices", "remove", "a")
            #expect(unasked.status == 64)
            #expect(try await names([]).count == 3)
            let password = try await server.watchman("devices", "reveal-password", "a", "--reason", "test")
            #expect(password.status == 1)
            #expect(password.text == "")
        }
    }

    private static let endings: [(line: String, status: Int32)] = [
        ("nonsense", 64), ("devices --sort nonsense", 64), ("connect", 64), ("register --server http://x", 64),
        ("register --server https://x --name Bad_Name", 64), ("serve --once", 64), ("serve --demo --state /x", 64),
        ("admin tokens create --ttl 5", 64), ("admin tokens create --ttl 99999d", 64),
        ("devices --socket /nonexistent", 69), ("agent status --folder /nonexistent", 78),
        ("agent --folder /nonexistent", 78), ("serve --config /nonexistent", 78), ("--help", 0), ("--version", 0),
        ("help connect", 0),
    ]

    @Test(arguments: Self.endings)
    func `the exit status says what kind of failure it was`(line: String, status: Int32) async throws {
        try await Scratch.with { scratch in
            let result = try await scratch.run([scratch.binary] + line.split(separator: " ").map(String.init))
            #expect(result.status == status)
            #expect((result.text == "") == (status != 0))
            #expect((result.errorText == "") == (status == 0))
            #expect(status == 0 || result.errorLines.first?.hasPrefix("watchman: error: ") == true)
        }
    }

    @Test func `who may not use the socket is told so`() async throws {
        try await ServerFixture.with { server in
            let result = try await server.scratch.run(
                ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", server.scratch.binary, "devices"],
                environment: ["WATCHMAN_SOCKET": server.socket])
            #expect(result.status == 77)
            #expect(
                result.errorLines == [
                    "watchman: error: cannot use \(server.socket): permission denied",
                    "watchman: hint: sudo watchman devices",
                ])
        }
    }

    /// Whether a terminal may obey a character, or show what stands beside it in another place.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate: true
        default: false
        }
    }
}
