import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct JobVerdictTests {
    private static func date(_ text: String) throws -> Date { try Date("2026-09-\(text):00Z", strategy: .iso8601) }

    /// A daily job at 03:00 whose next run is planned for `due`.
    private static func job(due: String?, missed: MissedPolicy = .skip, jitter: Int = 0) throws -> Job {
        Job(
            id: "a", name: "a", kind: .command, cron: "0 3 * * *", timeZone: "UTC", jitter: jitter, missed: missed,
            command: ["x"], timeout: 1, concurrency: 1, nextRunAt: try due.map(self.date), createdAt: Sample.now,
            createdBy: "local")
    }

    @Test func `before its moment a job waits, at it the job runs`() throws {
        let job = try Self.job(due: "22T03:00")
        let due = try Self.date("22T03:00")
        #expect(try job.verdict(now: due - 0.001) == .wait(due))
        for delay in [0, 0.5, 2, 59] { #expect(try job.verdict(now: due + delay) == .run(.schedule)) }
    }

    @Test(arguments: [60, 3600, 86400 * 30, 86400 * 365 * 20] as [TimeInterval])
    func `when its moment is long past, its rule decides, once for all that was missed`(delay: TimeInterval) throws {
        let due = try Self.date("22T03:00")
        #expect(try Self.job(due: "22T03:00").verdict(now: due + delay) == .skip(due))
        #expect(try Self.job(due: "22T03:00", missed: .run).verdict(now: due + delay) == .run(.missed))
    }

    @Test func `a paused or unplanned job has no verdict`() throws {
        var job = try Self.job(due: nil)
        #expect(try job.verdict(now: Sample.now) == nil)
        (job.nextRunAt, job.isPaused) = (Sample.now, true)
        #expect(try job.verdict(now: Sample.now) == nil)
    }

    @Test(arguments: [
        // It ran on the 22nd at 03:00, and the clock is set back by less than three hours: not again.
        ("23T03:00", "22T02:50", true), ("23T03:00", "22T00:01", true),
        // Set back by more, the plan is of another time.
        ("23T03:00", "21T23:00", false), ("23T03:00", "15T00:00", false), ("30T03:00", "22T12:00", false),
        ("23T03:00", "22T12:00", true), ("22T03:00", "21T23:00", true),
    ])
    func `a clock that is set back`(due: String, now: String, stays: Bool) throws {
        let expected: JobVerdict = stays ? .wait(try Self.date(due)) : .replan
        #expect(try Self.job(due: due).verdict(now: try Self.date(now)) == expected)
    }

    @Test func `jitter does not look like a clock that was set back`() throws {
        let job = try Self.job(due: "23T15:00", jitter: 12 * 3600)
        #expect(try job.verdict(now: try Self.date("22T03:00")) == .wait(try Self.date("23T15:00")))
        #expect(try Self.job(due: "23T15:00").verdict(now: try Self.date("22T03:00")) == .replan)
    }

    @Test func `a schedule that cannot be read any more is an error`() throws {
        var job = try Self.job(due: "23T03:00")
        job.timeZone = "Mars/Base"
        let error = #expect(throws: WatchmanError.self) { try job.verdict(now: Sample.now) }
        #expect(error?.code == .invalid)
    }
}
