import Glibc
import Testing
import WatchmanCore

@testable import WatchmanSystem

/// What is read from the far side, which may be anyone.
@Suite struct TCPSocketTests {
    /// Lends one end of a pair into which the other has said `words`; with `ends` it said no more after that.
    private static func hearing(_ words: [UInt8], ends: Bool = true, _ body: (Int32) throws -> Void) throws {
        let (near, far) = try TCPSocket.pair()
        defer { close(near) }
        #expect(write(far, words, words.count) == words.count)
        defer { if !ends { close(far) } }
        if ends { shutdown(far, Int32(SHUT_WR)) }
        try body(near)
        if ends { close(far) }
    }

    @Test func `the head of an answer is read, and no byte after it`() throws {
        try Self.hearing(Array("HTTP/1.1 200 OK\r\n\r\nSSH-2.0-x\r\n".utf8)) { near in
            #expect(try TCPSocket.exchangeHead(near, [65], within: 5) == Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
            try TCPSocket.awaitGreeting(near, within: 5)
            var rest = [UInt8](repeating: 0, count: 99)
            #expect(read(near, &rest, rest.count) == 11, "a greeting that was awaited is still there")
        }
    }

    @Test func `an answer without end is not read forever`() throws {
        try Self.hearing([UInt8](repeating: 65, count: 20_000)) { near in
            let error = #expect(throws: WatchmanError.self) { try TCPSocket.exchangeHead(near, [65], within: 5) }
            #expect(error?.message == "the answer has no end")
        }
    }

    @Test func `an answer that breaks off is told`() throws {
        try Self.hearing(Array("HTTP/1.1 200 OK\r\n".utf8)) { near in
            let error = #expect(throws: WatchmanError.self) { try TCPSocket.exchangeHead(near, [65], within: 5) }
            #expect(error?.message == "Connection closed by remote host")
        }
    }

    @Test func `silence ends the wait`() throws {
        try Self.hearing([], ends: false) { near in
            let error = #expect(throws: WatchmanError.self) { try TCPSocket.awaitGreeting(near, within: 0) }
            #expect(error?.message == "Connection timed out during banner exchange")
        }
    }

    @Test(arguments: [
        ("", "Connection closed by remote host"), ("SS", "SS"), ("Exceeded MaxStartups\r\n", "Exceeded MaxStartups"),
        ("HTTP/1.1 400 \u{1b}[0m\r\n\r\n", "HTTP/1.1 400 "),
    ])
    func `what is no greeting is told`(words: String, message: String) throws {
        try Self.hearing(Array(words.utf8)) { near in
            let error = #expect(throws: WatchmanError.self) { try TCPSocket.awaitGreeting(near, within: 5) }
            #expect(error?.message.hasPrefix(message) == true)
            #expect(error?.message.utf8.contains(0x1b) == false)
        }
    }
}
