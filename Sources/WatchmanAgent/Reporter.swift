import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// Makes the agent's reports, and reads each thing as often as it may have changed.
struct Reporter {
    /// Reading the facts starts processes, and they change only with an upgrade: they are read again after this many reports.
    private static let factsLast = 120
    let site: EdgeSite
    let processes: any ProcessRunner
    let machine: HostFacts
    /// Whether ssh's greeting comes from a port of this device.
    let sshdAnswers: @Sendable (Int) async -> Bool
    private var facts: DeviceFacts?
    private var hostKeyFiles: [String] = []
    private var knownHostKeys: [SSHPublicKey] = []
    private var reports = 0
    private var idleTraffic = IdleTraffic()

    init(
        site: EdgeSite, processes: any ProcessRunner, machine: HostFacts? = nil,
        sshdAnswers: @escaping @Sendable (Int) async -> Bool = Self.greets
    ) {
        self.sshdAnswers = sshdAnswers
        self.site = site
        self.processes = processes
        self.machine = machine ?? HostFacts(processes: processes)
    }

    /// The next report. Host keys are in it until the server has acknowledged them.
    mutating func next(_ configuration: AgentConfiguration, tunnelProblem: SSHProblem?) async -> CheckInRequest {
        if self.facts == nil || self.reports % Self.factsLast == 0 {
            self.facts = nil
            self.hostKeyFiles = await self.files(configuration)
        }
        self.reports += 1
        let facts = await self.currentFacts()
        let hostKeys = self.machine.hostKeys(in: self.hostKeyFiles)
        let logins = try? Logins(site: self.site).all
        var problem = tunnelProblem
        if problem == nil, await !self.sshdAnswers(configuration.sshdPort) {
            problem = SSHProblem(.sshdDown, "this device's sshd does not answer on port \(configuration.sshdPort)")
        }
        var report = CheckInRequest(
            facts: facts, vitals: self.machine.vitals(), tunnelProblem: problem?.words, bootID: self.machine.bootID,
            hostKeys: hostKeys.isEmpty || hostKeys == self.knownHostKeys ? nil : hostKeys,
            logins: logins.map { ["root"] + $0 })
        report.profile = (configuration.profile ?? .wired).rawValue
        report.vitals.idleTraffic = self.idleTraffic.perDay
        report.problem = problem?.problem
        report.way = WayMemory.read(self.site.wayFile)?.way.rawValue
        return report
    }

    /// Takes note that the server has a report, and what has passed over the device's connections until then.
    mutating func acknowledged(_ report: CheckInRequest, traffic: [UInt64: Int64] = [:]) {
        self.idleTraffic.note(traffic)
        if let hostKeys = report.hostKeys { self.knownHostKeys = hostKeys }
    }

    private static func greets(_ port: Int) async -> Bool {
        await Loopback.banner(port: port)?.utf8.starts(with: "SSH-".utf8) == true
    }

    private mutating func currentFacts() async -> DeviceFacts {
        if let facts { return facts }
        let facts = await self.site.facts(self.processes)
        self.facts = facts
        return facts
    }

    private func files(_ configuration: AgentConfiguration) async -> [String] {
        if let files = configuration.hostKeyFiles { return files }
        return await self.machine.hostKeyFiles()
    }
}
