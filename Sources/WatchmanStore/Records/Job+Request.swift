import Foundation
import WatchmanCore

extension Job {
    /// A new job that runs a command.
    ///
    /// - Throws: `WatchmanError` (`invalid`).
    init(_ request: JobRequest, actor: Principal, now: Date) throws {
        guard DeviceName.isValid(request.name) else {
            throw WatchmanError(
                .invalid,
                "job name '\(OutsideText.clean(request.name, limit: 63))' is not allowed: use 1 to 63 of a-z, 0-9 and inner '-'"
            )
        }
        guard JobKind(rawValue: request.name) == nil else {
            throw WatchmanError(.conflict, "the name \(request.name) is kept for a job of watchman's own")
        }
        try Self.checkCommand(request.command)
        try request.devices.map { _ = try DeviceSelector($0) }
        self.init(
            id: RandomText.identifier(10), name: request.name, kind: .command, cron: request.cron,
            timeZone: request.timeZone, jitter: request.jitter, missed: request.missed, selector: request.devices,
            command: request.command, timeout: request.timeout, concurrency: request.concurrency, createdAt: now,
            createdBy: actor.name)
        try self.plan(now)
    }

    /// A job of watchman's own, as it is at the first start.
    init(builtIn kind: JobKind, cron: String, now: Date) throws {
        self.init(
            id: RandomText.identifier(10), name: kind.rawValue, kind: kind, cron: cron, timeZone: "UTC", jitter: 0,
            missed: .run, timeout: 3600, concurrency: 1, createdAt: now, createdBy: "watchman")
        try self.plan(now)
    }

    /// Takes a change over.
    ///
    /// - Throws: `WatchmanError` (`invalid`).
    mutating func take(_ change: JobChange, now: Date) throws {
        self.cron = change.cron ?? self.cron
        self.timeZone = change.timeZone ?? self.timeZone
        self.jitter = change.jitter ?? self.jitter
        self.missed = change.missed ?? self.missed
        self.timeout = change.timeout ?? self.timeout
        self.concurrency = change.concurrency ?? self.concurrency
        try self.plan(now)
    }

    /// Checks what people chose and finds the next moment.
    mutating func plan(_ now: Date) throws {
        guard JobRequest.timeouts.contains(self.timeout) else {
            throw WatchmanError(.invalid, "a job's timeout is 1 second to 24 hours")
        }
        guard JobRequest.jitters.contains(self.jitter) else {
            throw WatchmanError(.invalid, "a job's jitter is at most 24 hours")
        }
        guard JobRequest.concurrencies.contains(self.concurrency) else {
            throw WatchmanError(.invalid, "a job runs on 1 to 100 devices at the same time")
        }
        let next = try self.plannedRun(after: now)
        self.nextRunAt = self.isPaused ? nil : next
    }

    private static func checkCommand(_ command: [String]) throws {
        guard let program = command.first, !program.isEmpty else {
            throw WatchmanError(.invalid, "a job needs a command")
        }
        guard command.reduce(0, { $0 + $1.utf8.count + 1 }) <= 16384 else {
            throw WatchmanError(.invalid, "a job's command is longer than 16 KiB")
        }
        guard !command.contains(where: { $0.utf8.contains(0) }) else {
            throw WatchmanError(.invalid, "a job's command holds a zero byte")
        }
    }
}
