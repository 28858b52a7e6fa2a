import Foundation
import WatchmanCore
import WatchmanGateway
import WatchmanStore
import WatchmanSystem

/// What the server measures of itself.
struct Instruments: Sendable {
    private static let startedAt = Date().timeIntervalSince1970
    let requests: RequestMetrics
    let connections: Connections
    let readiness: Readiness
    let jobs: JobCounts
    let logins: LoginCounts
    /// The database, or nil if it is in memory.
    let databaseFile: String?

    init(
        requests: RequestMetrics, connections: Connections, readiness: Readiness, jobs: JobCounts, logins: LoginCounts,
        databaseFile: String?
    ) {
        self.requests = requests
        self.connections = connections
        self.readiness = readiness
        self.jobs = jobs
        self.logins = logins
        self.databaseFile = databaseFile
        // The start is when the first of these was made.
        _ = Self.startedAt
    }

    /// All figures. None is of a single device: thousands of series would burden whoever collects them.
    func families(_ fleet: Fleet) async throws -> [MetricFamily] {
        let counts = try await fleet.store.counts()
        return [
            MetricFamily(
                "watchman_build_info", "The version that runs; always 1.", .gauge, by: "version", [(Version.current, 1)]
            ),
            MetricFamily(
                "watchman_devices", "Enrolled devices by whether their tunnel is up.", .gauge, by: "state",
                [("online", counts.online), ("offline", counts.offline)]),
            MetricFamily(
                "watchman_tunnels_active", "Device ports held open on the gateway.", .gauge,
                Double(fleet.presence.portsUp.count)),
            MetricFamily(
                "watchman_gateway_ports", "Device ports of the gateway.", .gauge,
                Double(fleet.gateway.lastPort - fleet.gateway.firstPort + 1)),
            MetricFamily(
                "watchman_gateway_ports_used", "Device ports that belong to a device or rest after one.", .gauge,
                Double(counts.portsUsed)),
        ] + self.traffic + self.storage(fleet) + Self.process
    }

    private var traffic: [MetricFamily] {
        let all = self.requests.all.sorted { ($0.key.path, $0.key.method) < ($1.key.path, $1.key.method) }
        let checkIns = all.first { $0.key.path == "/api/v1/agent/check-in" && $0.key.method == "POST" }
        return [
            MetricFamily(
                "watchman_gateway_logins_total", "Logins at the gateway, by what became of them.", .counter,
                by: "result",
                self.logins.all),
            MetricFamily(
                "watchman_check_ins_total", "Check-ins of devices that were taken.", .counter,
                Double(checkIns?.value.statuses[2] ?? 0)),
            MetricFamily(
                "watchman_job_runs_total", "Runs of jobs that ended, by what became of them.", .counter, by: "result",
                self.jobs.all),
            MetricFamily(
                "watchman_http_connections", "Open connections to the HTTPS port.", .gauge,
                Double(self.connections.total)),
            MetricFamily(
                "watchman_http_requests_total", "Requests by route, method and kind of status.", .counter,
                all.flatMap(Self.requests)),
            MetricFamily(
                "watchman_http_request_duration_seconds", "How long requests took, by route and method.", .histogram,
                all.flatMap(Self.durations)),
        ]
    }

    private static func requests(_ route: RequestMetrics.Route, _ tally: RequestMetrics.Tally) -> [MetricFamily.Sample]
    {
        tally.statuses.sorted { $0.key < $1.key }.map { status, count in
            MetricFamily.Sample(
                labels: [("path", route.path), ("method", route.method), ("status", "\(status)xx")],
                value: Double(count))
        }
    }

    private static func durations(_ route: RequestMetrics.Route, _ tally: RequestMetrics.Tally) -> [MetricFamily.Sample]
    {
        let labels = [("path", route.path), ("method", route.method)]
        let bounds = RequestMetrics.bounds.map(MetricFamily.number) + ["+Inf"]
        var sum = 0
        let buckets = zip(bounds, tally.buckets).map { bound, count in
            sum += count
            return MetricFamily.Sample(suffix: "_bucket", labels: labels + [("le", bound)], value: Double(sum))
        }
        return buckets + [
            MetricFamily.Sample(suffix: "_sum", labels: labels, value: tally.seconds),
            MetricFamily.Sample(suffix: "_count", labels: labels, value: Double(sum)),
        ]
    }

    private func storage(_ fleet: Fleet) -> [MetricFamily] {
        let backup = fleet.backups.folder.newest?.timeIntervalSince1970
        return [
            MetricFamily("watchman_sqlite_database_bytes", "Size of the database.", .gauge, self.size("")),
            MetricFamily(
                "watchman_sqlite_wal_bytes", "Size of the database's write-ahead log.", .gauge, self.size("-wal")),
            MetricFamily(
                "watchman_backup_last_success_timestamp_seconds",
                "When the newest backup was made; absent without one.",
                .gauge, backup),
        ]
    }

    private func size(_ suffix: String) -> Double? {
        guard let databaseFile else { return nil }
        let attributes = try? FileManager.default.attributesOfItem(atPath: databaseFile + suffix)
        return (attributes?[.size] as? NSNumber)?.doubleValue
    }

    /// The names are those that all programs have.
    private static var process: [MetricFamily] {
        [
            MetricFamily(
                "process_start_time_seconds", "When the process started, in Unix time.", .gauge, self.startedAt),
            MetricFamily(
                "process_resident_memory_bytes", "Memory in use.", .gauge, Double(OwnProcess.residentMemory)),
            MetricFamily("process_open_fds", "Open files.", .gauge, Double(OwnProcess.openFiles)),
        ]
    }
}

extension BackupFolder {
    /// When the newest backup was made, as its name says.
    fileprivate var newest: Date? {
        (try? FileManager.default.contentsOfDirectory(atPath: self.path))?.compactMap(BackupName.date).max()
    }
}
