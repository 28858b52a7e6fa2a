import Foundation
import NIOCore
import Testing
import WatchmanCore

@testable import WatchmanClient

@Suite struct UnreachableTests {
    private static let socket = ServerAddress.socket("/run/watchman/api.sock")

    private static func remote() throws -> ServerAddress {
        .remote(try ServerURL("https://tower.example"), authority: "")
    }

    @Test func `a socket without a server says how to look after it`() {
        for (code, words) in [(ENOENT, "no such file or directory"), (ECONNREFUSED, "connection refused")] {
            #expect(
                Unreachable.error(Self.socket, IOError(errnoCode: code, reason: "connect"))
                    == WatchmanError(
                        .unavailable, "cannot reach the server at /run/watchman/api.sock: \(words)",
                        hint: "systemctl status watchman"))
        }
    }

    @Test func `a socket that is closed to us says so`() {
        #expect(
            Unreachable.error(Self.socket, IOError(errnoCode: EACCES, reason: "connect"))
                == WatchmanError(
                    .forbidden, "cannot use /run/watchman/api.sock: permission denied", hint: "sudo watchman devices"))
    }

    @Test func `a remote server is named with its port, and there is no command to run here`() throws {
        let error = Unreachable.error(try Self.remote(), IOError(errnoCode: EHOSTUNREACH, reason: "connect"))
        #expect(
            error
                == WatchmanError(
                    .unavailable, "cannot reach the server at https://tower.example:8443: no route to host"))
    }

    @Test func `an error that nobody foresaw is told on one line`() throws {
        struct Odd: Error, CustomStringConvertible {
            let description = "odd\r\n\u{1b}[2J" + String(repeating: "x", count: 999)
        }
        let message = Unreachable.error(try Self.remote(), Odd()).message
        #expect(message.hasPrefix("cannot reach the server at https://tower.example:8443: odd[2Jxxx"))
        #expect(message.utf8.count < 300)
    }
}
