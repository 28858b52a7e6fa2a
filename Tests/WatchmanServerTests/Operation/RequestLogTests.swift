import Foundation
import GRDB
import HTTPTypes
import Logging
import Synchronization
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// What the log says of requests.
@Suite struct RequestLogTests {
    /// A log that is kept.
    final class Journal: Sendable {
        struct Entry: Sendable {
            let level: Logger.Level
            let message: String
            let fields: [String: String]
        }

        private let kept = Mutex<[Entry]>([])
        var entries: [Entry] { self.kept.withLock { $0 } }
        var requests: [Entry] { self.entries.filter { $0.message == "request" } }

        var logger: Logger {
            var logger = Logger(label: "test") { _ in Handler(journal: self) }
            logger.logLevel = .trace
            return logger
        }

        private struct Handler: LogHandler {
            let journal: Journal
            var metadata: Logger.Metadata = [:]
            var logLevel = Logger.Level.trace

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { self.metadata[key] }
                set { self.metadata[key] = newValue }
            }

            func log(event: LogEvent) {
                let fields = (event.metadata ?? [:]).mapValues { "\($0)" }
                let entry = Entry(level: event.level, message: "\(event.message)", fields: fields)
                self.journal.kept.withLock { $0.append(entry) }
            }
        }
    }

    @Test func `a request leaves one line with these fields`() async throws {
        try await ServerFixture.with { fixture in
            let (journal, device) = (Journal(), try await fixture.device(name: "edge-1"))
            let answer = try await fixture.call(
                .get, "/api/v1/devices/\(device.id)", logger: journal.logger)
            let entry = try #require(journal.requests.first)
            #expect(journal.requests.count == 1)
            #expect(entry.level == .debug)
            #expect(Set(entry.fields.keys) == ["request", "method", "path", "status", "ms", "actor", "source"])
            #expect(entry.fields["path"] == "/api/v1/devices/{device}")
            #expect(entry.fields["status"] == "200" && entry.fields["method"] == "GET")
            #expect(entry.fields["actor"] == "local")
            #expect(entry.fields["request"] == HTTPField.Name("X-Request-Id").flatMap { answer.headers[$0] })
        }
    }

    @Test func `changes and failures are told, what devices do all the time is not`() async throws {
        try await ServerFixture.with { fixture in
            let (journal, device, key) = (Journal(), try await fixture.device(), try await fixture.apiKey())
            let body = Array(try WireJSON.encode(DeviceChange(name: "edge-2")))
            _ = try await fixture.call(
                .patch, "/api/v1/devices/\(device.id)", .remote,
                headers: ["Authorization": "Bearer \(key.text.revealed)"], bytes: body, logger: journal.logger)
            let report = Array(
                try WireJSON.encode(CheckInRequest(facts: Sample.facts(), vitals: Sample.vitals(), tunnelProblem: nil)))
            let path = "/api/v1/agent/check-in"
            _ = try await fixture.call(
                .post, path, .remote, headers: try device.headers(path, report), bytes: report, logger: journal.logger)
            _ = try await fixture.call(.get, "/api/v1/devices", .remote, logger: journal.logger)
            _ = try await fixture.call(.get, "/wp-login.php", .remote, logger: journal.logger)
            #expect(journal.requests.map(\.level) == [.info, .debug, .info, .debug])
            #expect(journal.requests.map { $0.fields["status"] } == ["200", "200", "401", "404"])
            let actors = ["key:\(key.id)", "device:\(device.id)", "nobody", "nobody"]
            #expect(journal.requests.map { $0.fields["actor"] } == actors)
            #expect(journal.requests.last?.fields["path"] == "unknown")
        }
    }

    @Test func `a fault is told to the log by the number that the caller got`() async throws {
        try await ServerFixture.with { fixture in
            let journal = Journal()
            _ = try await fixture.apiKey()
            try await fixture.fleet.store.write { db in try db.execute(sql: "UPDATE apiKey SET createdAt = 'never'") }
            let answer = try await fixture.call(.get, "/api/v1/keys", logger: journal.logger)
            let entry = try #require(journal.requests.first)
            #expect(entry.level == .error)
            #expect(entry.fields["cause"]?.contains("createdAt") == true)
            let number = try #require(entry.fields["request"])
            #expect(answer.error?.message.contains(number) == true)
        }
    }

    @Test func `no secret reaches the log: neither of a path nor of a query, a header or a body`() async throws {
        try await ServerFixture.with { fixture in
            let (journal, secret) = (Journal(), "canary7canary7canary7")
            let headers = ["Authorization": "Bearer \(secret)", "Cookie": "\(SessionCookie.name)=\(secret)"]
            for (method, path) in [
                (HTTPRequest.Method.get, "/welcome/\(secret)"), (.post, "/welcome/\(secret)"),
                (.get, "/welcome/\(secret)/more"), (.get, "/\(secret)"), (.get, "/api/v1/keys?secret=\(secret)"),
                (.post, "/api/v1/register"), (.post, "/api/v1/keys"), (.put, "/api/v1/keys/\(secret)"),
            ] {
                for transport in [Authenticator.Transport.local, .remote] {
                    _ = try await fixture.call(
                        method, path, transport, headers: headers, bytes: Array("{\"x\":\"\(secret)\"}".utf8),
                        logger: journal.logger)
                }
            }
            #expect(journal.requests.count == 16)
            #expect(!journal.entries.contains { "\($0)".contains(secret) })
        }
    }
}
