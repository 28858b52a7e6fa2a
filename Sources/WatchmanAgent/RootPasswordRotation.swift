import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// The device's part of the two-phase root password.
///
/// The server has stored the password durably before it is told. We set it, check it, confirm it. A crash at any step leaves the
/// password in force among those that the server holds, and the next run rolls forward, because the server gives the same one again.
struct RootPasswordRotation: Sendable {
    static let account = "root"
    let caller: DeviceCaller
    let processes: any ProcessRunner
    let shadow: ShadowFile

    func run() async throws {
        let pending: PendingPassword = try await self.caller.post("/api/v1/agent/password", Acknowledgement())
        if try !self.shadow.accepts(pending.password, for: Self.account) {
            try await self.processes.check(.chpasswd(Self.account, pending.password))
            // chpasswd(8) can succeed and change another database (NIS, LDAP); only the file counts.
            guard try self.shadow.accepts(pending.password, for: Self.account) else {
                throw WatchmanError(.unavailable, "chpasswd did not change root's password in \(self.shadow.path)")
            }
        }
        let _: Acknowledgement = try await self.caller.post(
            "/api/v1/agent/password/confirm", PasswordConfirmation(version: pending.version))
    }
}
