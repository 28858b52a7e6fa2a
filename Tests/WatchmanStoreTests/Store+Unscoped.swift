import WatchmanCore

@testable import WatchmanStore

/// What tests ask that are not about scopes.
extension Store {
    func device(_ reference: String) async throws -> DeviceInfo { try await self.device(reference, in: nil) }
    func joinTokens() async throws -> [JoinToken] { try await self.joinTokens(in: nil) }
    func devices(_ query: DeviceQuery) async throws -> DevicePage { try await self.devices(query, in: nil) }
    func fleetStates() async throws -> FleetStates { try await self.fleetStates(in: nil) }
    func concerns(limit: Int) async throws -> Concerns { try await self.concerns(limit: limit, in: nil) }
    func fleetEvents(limit: Int) async throws -> [FleetEvent] { try await self.fleetEvents(limit: limit, in: nil) }
    func fleetSamples(after slot: Int) async throws -> [FleetSample] {
        try await self.fleetSamples(after: slot, in: nil)
    }
    func applicants() async throws -> [ApplicantSummary] { try await self.applicants(in: nil) }
    func tags(limit: Int) async throws -> [String] { try await self.tags(limit: limit, in: nil) }
}
