import Foundation
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOTLS
import Testing
import WatchmanCore

@testable import WatchmanServer

/// What ends a connection, on a clock that the test moves.
@Suite struct ConnectionGuardTests {
    /// A connection with the decoder and the guard as the server sets them up, and what reaches the router behind it.
    private final class Wire {
        let channel = EmbeddedChannel()
        var isOpen: Bool { self.channel.isActive }

        init(_ connections: Connections? = nil) throws {
            let limits = HTTPLimits()
            var decoder = NIOHTTPDecoderLimitConfiguration()
            decoder.maxHeaderFieldSize = limits.headBytes
            decoder.maxHeaderListSize = limits.headBytes
            decoder.maxHeaderFieldCount = limits.headFields
            let pipeline = self.channel.pipeline.syncOperations
            if let connections { try pipeline.addHandler(ConnectionDoor(limits, connections: connections)) }
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoder)
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: true))
            try pipeline.addHandler(ConnectionGuard(limits))
            try self.channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 8443)).wait()
        }

        func send(_ text: String) throws { try self.channel.writeInbound(ByteBuffer(string: text)) }

        func wait(seconds: Int) { self.channel.embeddedEventLoop.advanceTime(by: .seconds(Int64(seconds))) }

        func answer(_ status: HTTPResponse.Status = .ok) throws {
            try self.channel.writeOutbound(HTTPResponsePart.head(.init(status: status)))
            try self.channel.writeOutbound(HTTPResponsePart.end(nil))
        }

        /// All that was sent to the caller.
        func received() throws -> String {
            var text = ""
            while let buffer = try self.channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
            return text
        }
    }

    private static let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"

    @Test(arguments: ["GET /", head])
    func `a request that drips is ended after 30 seconds, however steadily it does`(begin: String) throws {
        let wire = try Wire()
        wire.wait(seconds: 50)
        try wire.send(begin)
        for _ in 0..<29 {
            wire.wait(seconds: 1)
            try wire.send("x")
            #expect(wire.isOpen)
        }
        wire.wait(seconds: 1)
        #expect(!wire.isOpen)
    }

    @Test func `a body has no more time than what the head left`() throws {
        let wire = try Wire()
        try wire.send("POST / HTTP/1.1\r\n")
        wire.wait(seconds: 20)
        try wire.send("Content-Length: 1000\r\n\r\n")
        wire.wait(seconds: 10)
        #expect(!wire.isOpen)
    }

    @Test func `an answer may take its time`() throws {
        let wire = try Wire()
        try wire.send("GET / HTTP/1.1\r\n\r\n")
        wire.wait(seconds: 600)
        #expect(wire.isOpen)
        try wire.answer()
        try wire.send("GET / HTTP/1.1\r\n")
        wire.wait(seconds: 30)
        #expect(!wire.isOpen, "the next request is timed again")
    }

    @Test func `a body that goes on after an early answer is ended, too`() throws {
        let wire = try Wire()
        try wire.send(Self.head)
        try wire.answer(.contentTooLarge)
        wire.wait(seconds: 29)
        #expect(wire.isOpen)
        wire.wait(seconds: 1)
        #expect(!wire.isOpen)
    }

    @Test func `a handshake has 10 seconds`() throws {
        let (slow, good) = (
            try Wire(Connections(limit: 9, perSource: 9)), try Wire(Connections(limit: 9, perSource: 9))
        )
        good.channel.pipeline.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: nil))
        for wire in [slow, good] { wire.wait(seconds: 10) }
        #expect(!slow.isOpen)
        #expect(good.isOpen)
    }

    @Test func `a caller who takes nothing of an answer is left after a minute`() throws {
        let wire = try Wire()
        try wire.send("GET / HTTP/1.1\r\n\r\n")
        for (isWritable, seconds) in [(false, 59), (true, 600), (false, 59)] {
            wire.channel.isWritable = isWritable
            wire.channel.pipeline.fireChannelWritabilityChanged()
            wire.wait(seconds: seconds)
            #expect(wire.isOpen)
        }
        wire.wait(seconds: 1)
        #expect(!wire.isOpen)
    }

    @Test func `more requests than answers are borne only to a point`() throws {
        let wire = try Wire()
        try wire.send(String(repeating: "GET / HTTP/1.1\r\n\r\n", count: 16))
        #expect(wire.isOpen)
        try wire.answer()
        try wire.send("GET / HTTP/1.1\r\n\r\n")
        #expect(wire.isOpen)
        try wire.send("GET / HTTP/1.1\r\n\r\n")
        #expect(!wire.isOpen)
    }

    /// Heads that cannot be read, and the status that says so.
    static let refused: [(String, Int)] = [
        ("GET / HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 65) + "\r\n", 431),
        ("GET / HTTP/1.1\r\nA: \(String(repeating: "b", count: 17 << 10))\r\n\r\n", 431),
        ("GET /\(String(repeating: "b", count: 17 << 10)) HTTP/1.1\r\n\r\n", 431),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", 400), ("HELO there\r\n\r\n", 400), ("GET / HTTP/1.1\r\nA b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400), ("GET / HTTP/1.1\r\nA: \u{0}\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ]

    @Test(arguments: refused) func `a head that cannot be read is answered in the API's form`(
        head: String, status: Int
    ) throws {
        let wire = try Wire()
        try? wire.send(head)
        let text = try wire.received()
        #expect(text.hasPrefix("HTTP/1.1 \(status) "))
        #expect(text.lowercased().contains("connection: close"))
        let body = text.split(separator: "\r\n\r\n", maxSplits: 1).last ?? ""
        let error = try WireJSON.decode(ErrorBody.self, from: Data(body.utf8)).error
        #expect(error.code == .invalid)
        // What follows is neither read nor answered.
        try? wire.send("GET / HTTP/1.1\r\n\r\n")
        #expect(try wire.received() == "")
        wire.wait(seconds: 1)
        #expect(!wire.isOpen)
    }

    @Test func `the largest head that is allowed passes`() throws {
        let wire = try Wire()
        try wire.send("GET / HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 64) + "\r\n")
        guard case .head(let request) = try wire.channel.readInbound(as: HTTPRequestPart.self) else {
            Issue.record("no request arrived")
            return
        }
        #expect(request.headerFields.count == 64)
    }

    @Test func `nonsense in the middle of a body is left to the request's own end`() throws {
        let wire = try Wire()
        try wire.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        #expect(throws: (any Error).self) { try wire.send("zzz\r\n") }
        #expect(try wire.received() == "")
    }

    @Test func `connections beyond the limit are closed at once, and make room when they end`() throws {
        let connections = Connections(limit: 2, perSource: 2)
        let wires = try (0..<3).map { _ in try Wire(connections) }
        #expect(wires.map(\.isOpen) == [true, true, false])
        #expect(connections.total == 2)
        try wires[0].channel.close().wait()
        #expect(connections.total == 1)
        #expect(try Wire(connections).isOpen)
    }
}
