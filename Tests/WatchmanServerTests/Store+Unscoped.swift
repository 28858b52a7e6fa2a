import WatchmanCore

@testable import WatchmanStore

/// What tests ask that are not about scopes.
extension Store {
    func device(_ reference: String) async throws -> DeviceInfo { try await self.device(reference, in: nil) }
    func joinTokens() async throws -> [JoinToken] { try await self.joinTokens(in: nil) }
}
