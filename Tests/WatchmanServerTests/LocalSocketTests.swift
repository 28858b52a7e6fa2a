import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanServer

@Suite struct LocalSocketTests {
    /// Lends a Unix socket at `path`, which nobody serves unless `listens`.
    private static func withSocket(_ path: String, listens: Bool, _ body: () throws -> Void) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var isOpen = true
        defer { if isOpen { close(descriptor) } }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let status = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(status == 0)
        if listens {
            listen(descriptor, 1)
        } else {
            close(descriptor)
            isOpen = false
        }
        try body()
    }

    @Test func `a path with nothing on it is clear`() throws {
        try TemporaryFolder.with { (folder: String) in try LocalSocket.clear("\(folder)/api.sock") }
    }

    @Test func `a socket that nobody serves any more makes way`() throws {
        try TemporaryFolder.with { (folder: String) in
            let path = "\(folder)/api.sock"
            try Self.withSocket(path, listens: false) {
                #expect(FileManager.default.fileExists(atPath: path))
                try LocalSocket.clear(path)
                #expect(!FileManager.default.fileExists(atPath: path))
            }
        }
    }

    @Test func `a socket that another server serves stays`() throws {
        try TemporaryFolder.with { (folder: String) in
            let path = "\(folder)/api.sock"
            try Self.withSocket(path, listens: true) {
                let error = #expect(throws: WatchmanError.self) { try LocalSocket.clear(path) }
                #expect(error?.message == "another watchman serves \(path)")
                #expect(FileManager.default.fileExists(atPath: path))
            }
        }
    }

    @Test func `what is no socket stays`() throws {
        try TemporaryFolder.with { (folder: String) in
            try Data().write(to: URL(fileURLWithPath: "\(folder)/file"))
            for path in ["\(folder)/file", folder] {
                let error = #expect(throws: WatchmanError.self) { try LocalSocket.clear(path) }
                #expect(error?.message == "\(path) is not a socket: move it away")
                #expect(FileManager.default.fileExists(atPath: path))
            }
        }
    }

    @Test func `the socket is for its owner and group`() throws {
        try TemporaryFolder.with { (folder: String) in
            let path = "\(folder)/api.sock"
            try Self.withSocket(path, listens: true) {
                LocalSocket.protect(path, group: getegid())
                let mode = try TemporaryFolder.mode(of: path)
                #expect(mode == 0o660)
            }
        }
    }
}
