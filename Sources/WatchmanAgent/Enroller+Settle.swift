import Foundation
import Glibc
import WatchmanClient
import WatchmanCore
import WatchmanSystem

extension Enroller {
    /// Brings the device to what its enrolment says. Every step looks first and does only what is missing.
    ///
    /// - Returns: whether nothing was missing.
    func settle(_ configuration: inout AgentConfiguration) async throws -> Bool {
        configuration.sshdPort = await self.site.sshdPort(self.processes)
        configuration.hostKeyFiles = self.site.sshd?.hostKeyFiles
        let before = try AgentConfiguration.read(self.site)
        var isComplete = before == configuration
        if !isComplete { try configuration.write(self.site) }
        isComplete = try await self.trustServer(configuration) && isComplete
        if configuration.enrolment.escrowsRootPassword {
            isComplete = try await self.settlePassword(configuration) && isComplete
        }
        if self.site.unitFile != nil {
            isComplete = try self.installBinary() && isComplete
            isComplete = try await self.installService(anew: before?.proxy != configuration.proxy) && isComplete
        }
        return isComplete
    }

    private func trustServer(_ configuration: AgentConfiguration) async throws -> Bool {
        let repairs = try await Doors(site: self.site).settle(configuration.enrolment)
        if repairs.contains(.admins) {
            self.report("admins' certificates are accepted: one line in \(self.site.authorizedKeys)")
        }
        return repairs.isEmpty
    }

    private func settlePassword(_ configuration: AgentConfiguration) async throws -> Bool {
        try await self.call(configuration) { caller in
            let state: CheckInResponse = try await caller.post(
                "/api/v1/agent/check-in", await self.checkInRequest())
            guard state.passwordIsPending else { return true }
            try await RootPasswordRotation(caller: caller, processes: self.processes, shadow: self.shadow).run()
            self.report("root has a new password, which only the server knows")
            return false
        }
    }

    private func installBinary() throws -> Bool {
        let source = Executables.current
        if source == self.site.binary || FileManager.default.contentsEqual(atPath: source, andPath: self.site.binary) {
            return true
        }
        guard let data = try WholeFile.read(source) else {
            throw WatchmanError(.configuration, "cannot read the running program \(source)")
        }
        try WholeFile.write(data, to: self.site.binary, mode: 0o755)
        return false
    }

    /// Sees to it that the service runs; `anew` even if it does.
    private func installService(anew: Bool = false) async throws -> Bool {
        guard let file = self.site.unitFile else { return true }
        let text = SystemdUnit.agent(binary: self.site.binary, folder: self.site.folder)
        let isInstalled = try WholeFile.read(file) == Data(text.utf8)
        let isActive = try await self.processes.run(.systemctl("is-active", "--quiet", SystemdUnit.agentName)).succeeded
        let isEnabled = try await self.processes.run(.systemctl("is-enabled", "--quiet", SystemdUnit.agentName))
            .succeeded
        if isInstalled && isActive && isEnabled && !anew { return true }
        if !isInstalled {
            try WholeFile.write(text, to: file, mode: 0o644)
            try await self.processes.check(.systemctl("daemon-reload"))
        }
        try await self.processes.check(.systemctl("enable", "--quiet", SystemdUnit.agentName))
        try await self.processes.check(.systemctl("restart", SystemdUnit.agentName))
        self.report("service \(SystemdUnit.agentName) runs")
        return false
    }
}

extension Enroller {
    /// Brings a registered device back to what its enrolment says, without the server's help.
    ///
    /// - Returns: whether nothing was missing.
    /// - Throws: `WatchmanError` (`configuration`) if the device is not registered.
    public func repair() async throws -> Bool {
        let configuration = try AgentConfiguration.require(self.site)
        var isComplete = try await self.trustServer(configuration)
        isComplete = try self.installBinary() && isComplete
        return try await self.installService() && isComplete
    }
}
