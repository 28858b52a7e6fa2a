import Foundation
import HTTPTypes
import WatchmanCore
import WatchmanStore

/// Devices that wait for a person's word.
struct ApplicantEndpoints: Sendable {
    let fleet: Fleet

    var all: [Endpoint] {
        [
            Endpoint(.get, "/api/v1/applicants", .scoped(.operator), "List devices that wait for approval", self.list),
            Endpoint(
                .post, "/api/v1/applicants/:applicant/approve", .scoped(.operator), "Let a device in that waits",
                self.approve),
            Endpoint(
                .post, "/api/v1/applicants/:applicant/reject", .scoped(.operator), "Turn a device away that waits",
                self.reject),
        ]
    }

    private func list(_ call: Call) async throws -> ApplicantList {
        ApplicantList(applicants: try await self.fleet.store.applicants(in: try call.person().scope))
    }

    private func approve(_ call: Call, _ request: ApprovalRequest) async throws -> DeviceSummary {
        try await self.fleet.approve(
            try call.parameter("applicant"), request, actor: try call.actor(), now: call.now)
    }

    private func reject(_ call: Call) async throws -> ApplicantSummary {
        try await self.fleet.reject(try call.parameter("applicant"), actor: try call.actor(), now: call.now)
    }
}
