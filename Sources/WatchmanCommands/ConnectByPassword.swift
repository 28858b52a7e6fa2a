import WatchmanClient
import WatchmanCore
import WatchmanSystem

extension Watchman.Connect {
    /// Becomes ssh, which asks this program for root's passwords: first the one in force, then the one that waits. The way there is the
    /// usual one, with the usual keys pinned.
    func becomeByPassword(_ grant: ConnectGrant, _ reason: String, _ context: Context) async throws -> Never {
        let (address, apiKey) = try self.server.resolve(context)
        let answer: RevealedPassword = try await APIClient.with(address, apiKey: apiKey) {
            try await $0.post("/api/v1/devices/\(grant.deviceID)/reveal-password", RevealRequest(reason: reason))
        }
        let passwords = try answer.inForce()
        let folder = CredentialFolder(context: context)
        let configuration = try folder.store(
            grant, gateway: Self.hop(grant, address, apiKey, folder, context), passwords: passwords.count)
        let file = try Askpass.lay(passwords, in: context.secretFolder)
        try Execution.become(
            .ssh(
                self.arguments(configuration, grant), askpass: Executables.current, (Askpass.variable, file)))
    }
}
