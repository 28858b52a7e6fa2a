import WatchmanCore

extension Prerequisites {
    /// Mends the failed checks of a report that packages or a start of sshd can mend; check again afterwards.
    ///
    /// `announce` hears of each command before it runs.
    ///
    /// - Throws: `WatchmanError` without root's rights, without a package manager that watchman knows, or when a command fails.
    public func install(_ report: PrerequisiteReport, announce: @Sendable (Command) -> Void) async throws {
        let remedies = report.checks.filter { $0.verdict == .failed }.compactMap(\.remedy)
        guard !remedies.isEmpty else { return }
        guard self.host.isRoot() else {
            throw WatchmanError(
                .forbidden, "cannot install anything: not root",
                hint: "sudo watchman prereqs --role \(self.role.rawValue) --install")
        }
        let missing = remedies.compactMap { remedy -> SystemPackage? in
            if case .install(let package) = remedy { package } else { nil }
        }
        if !missing.isEmpty { try await self.install(missing, announce) }
        if remedies.contains(.startSSHD) { try await self.run(self.startSSHD, announce) }
    }

    private func install(_ missing: [SystemPackage], _ announce: @Sendable (Command) -> Void) async throws {
        guard let packages else {
            throw WatchmanError(
                .unavailable,
                "cannot install \(missing.map(\.rawValue).joined(separator: ", ")): no package manager that watchman knows"
            )
        }
        // One dead source must not keep packages of the others out, but if they do stay out, it is the reason to name.
        var staleness: (any Error)?
        if let refresh = packages.refresh {
            do { try await self.run(packages.unattended(refresh), announce) } catch { staleness = error }
        }
        do {
            for command in packages.install(missing) { try await self.run(packages.unattended(command), announce) }
        } catch {
            throw staleness ?? error
        }
    }

    private func run(_ command: Command, _ announce: @Sendable (Command) -> Void) async throws {
        announce(command)
        try await self.processes.check(command)
    }
}
