import Logging
import WatchmanGateway
import WatchmanStore
import WatchmanSystem

/// Whether the server can do its work. Anyone may ask, so a look costs the disk at most one small write in two seconds, and the answer
/// names what is wrong without saying more of it.
actor Readiness {
    /// Something that must work.
    struct Check: Sendable {
        let name: String
        /// Nil if all is well, or what is wrong, for the log.
        let problem: @Sendable () async -> String?
    }

    private static let lifetime = Duration.seconds(2)
    private let checks: [Check]
    private let logger: Logger
    private var last: (at: ContinuousClock.Instant, report: ReadinessReport)?
    private var isLooking = false

    init(_ checks: [Check], logger: Logger) {
        self.checks = checks
        self.logger = logger
    }

    /// How things are, or were two seconds ago.
    func report() async -> ReadinessReport {
        // Who asks while another's question is looked at takes the answer before.
        if let last, self.isLooking || ContinuousClock.now - last.at < Self.lifetime { return last.report }
        self.isLooking = true
        defer { self.isLooking = false }
        var results: [ReadinessReport.Check] = []
        for check in self.checks {
            let problem = await check.problem()
            if let problem {
                self.logger.warning("not ready", metadata: ["check": "\(check.name)", "cause": "\(problem)"])
            }
            results.append(ReadinessReport.Check(name: check.name, isGood: problem == nil))
        }
        let report = ReadinessReport(checks: results)
        self.last = (.now, report)
        return report
    }

    /// What a server needs: to write its database, a gateway that answers, and room on the disks.
    static func checks(_ store: Store, _ settings: ServerSettings) -> [Check] {
        [
            Check(name: "database") { await self.words { try await store.proveWriting() } },
            Check(name: "gateway") {
                let banner = await Loopback.banner(port: settings.gateway.port, seconds: 1)
                return banner?.hasPrefix("SSH-") == true ? nil : "no sshd answers on port \(settings.gateway.port)"
            },
            Check(name: "disk") {
                let full = [settings.stateFolder, settings.gateway.folder].filter { DiskSpace.free($0) ?? 0 < 0.05 }
                return full.first.map { "less than 5 % of the disk is free below \($0)" }
            },
        ]
    }

    private static func words(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return "\(error)"
        }
    }
}

/// `GET /readyz`.
struct ReadinessReport: Verdict {
    /// What was looked at.
    struct Check: Codable, Sendable {
        let name: String
        let isGood: Bool
    }

    let checks: [Check]
    var isGood: Bool { self.checks.allSatisfy(\.isGood) }
}

/// `GET /healthz`: the process lives.
struct Liveness: Codable, Sendable {
    /// Always `ok`.
    var status = "ok"
}
