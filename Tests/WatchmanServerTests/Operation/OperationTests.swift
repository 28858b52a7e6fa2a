import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import Logging
import Synchronization
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Health and figures.
@Suite struct OperationTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func `the process says that it lives`() async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.call(.get, "/healthz", .remote)
            #expect(answer.status == 200 && String(decoding: answer.bytes, as: UTF8.self) == #"{"status":"ok"}"#)
            #expect(try await fixture.call(.head, "/healthz", .remote).status == 200)
        }
    }

    @Test func `what is not ready is named, and no more is said of it`() async throws {
        let readiness = Readiness(
            [
                .init(name: "database") { nil },
                .init(name: "gateway") { "no sshd answers on port 2222 of 10.0.0.1" },
            ], logger: Self.logger)
        let response = try API.response(await readiness.report())
        #expect(response.status == .serviceUnavailable)
        #expect(
            String(decoding: try WireJSON.encode(await readiness.report()), as: UTF8.self)
                == #"{"checks":[{"isGood":true,"name":"database"},{"isGood":false,"name":"gateway"}]}"#)
        #expect(try API.response(await Readiness([], logger: Self.logger).report()).status == .ok)
    }

    @Test func `many who ask at once cost one look`() async throws {
        let looks = Mutex(0)
        let readiness = Readiness(
            [
                .init(name: "database") {
                    looks.withLock { $0 += 1 }; return nil
                }
            ], logger: Self.logger)
        for _ in 0..<100 { _ = await readiness.report() }
        #expect(looks.withLock { $0 } == 1)
    }

    @Test func `the check of the database writes to it, and fails when it cannot`() async throws {
        try await ServerFixture.with { fixture in
            let store = fixture.fleet.store
            let before = try await store.read { db in db.totalChangesCount }
            try await store.proveWriting()
            let after = try await store.read { db in db.totalChangesCount }
            #expect(after > before)
            try await store.write { db in try db.execute(sql: "PRAGMA query_only = 1") }
            await #expect(throws: (any Error).self) { try await store.proveWriting() }
        }
    }

    @Test func `figures are text that Prometheus reads`() async throws {
        try await ServerFixture.with { fixture in
            for _ in 0..<2 { _ = try await fixture.device() }
            fixture.instruments.jobs.add(.timedOut)
            fixture.instruments.logins.add(accepted: 3, refused: 2)
            _ = try await fixture.admin(.get, "/api/v1/devices/nobody")
            _ = try await fixture.admin(.get, "/api/v1/devices/none")
            let answer = try await fixture.admin(.get, "/metrics")
            #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            let lines = Set(String(decoding: answer.bytes, as: UTF8.self).split(separator: "\n").map(String.init))
            for line in [
                "# TYPE watchman_devices gauge", #"watchman_devices{state="online"} 0"#,
                #"watchman_devices{state="offline"} 2"#, "watchman_gateway_ports 100", "watchman_gateway_ports_used 2",
                #"watchman_http_requests_total{path="/api/v1/devices/{device}",method="GET",status="4xx"} 2"#,
                #"watchman_http_request_duration_seconds_bucket{path="/api/v1/devices/{device}",method="GET",le="+Inf"} 2"#,
                #"watchman_http_request_duration_seconds_count{path="/api/v1/devices/{device}",method="GET"} 2"#,
                "watchman_build_info{version=\"\(Version.current)\"} 1", "watchman_check_ins_total 0",
                #"watchman_gateway_logins_total{result="accepted"} 3"#,
                #"watchman_gateway_logins_total{result="refused"} 2"#,
                #"watchman_job_runs_total{result="timed-out"} 1"#, #"watchman_job_runs_total{result="failed"} 0"#,
            ] { #expect(lines.contains(line)) }
            #expect(!lines.contains { $0.contains("edge-") }, "no figure is of a single device")
        }
    }

    @Test func `a duration counts in its bucket and in all larger ones`() throws {
        let metrics = RequestMetrics()
        for milliseconds in [5, 6, 10_001] { metrics.record("GET", "/", 200, .milliseconds(milliseconds)) }
        let tally = try #require(metrics.all[.init(path: "/", method: "GET")])
        #expect(tally.buckets.first == 1 && tally.buckets[1] == 1 && tally.buckets.last == 1)
        #expect(tally.statuses == [2: 3])
        #expect(abs(tally.seconds - 10.012) < 0.001)
    }

    @Test func `what stands in a label cannot break out of it`() {
        let family = MetricFamily("a", "b", .gauge, by: "c", [("x\"}\n\\", 1)])
        #expect(family.lines == "# HELP a b\n# TYPE a gauge\na{c=\"x\\\"}\\n\\\\\"} 1\n")
        #expect(MetricFamily("a", "b", .gauge, nil).lines == "")
        #expect(MetricFamily.number(1_764_000_000) == "1764000000" && MetricFamily.number(0.005) == "0.005")
    }
}
