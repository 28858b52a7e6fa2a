import Foundation
import HTTPTypes
import WatchmanCore

/// Devices' root passwords, and the key that they are sealed under.
struct PasswordEndpoints: Sendable {
    let fleet: Fleet

    var all: [Endpoint] {
        [
            Endpoint(
                .post, "/api/v1/devices/:device/rotate-password", .scoped(.operator),
                "Make a device set a new root password", self.rotate),
            Endpoint(
                .post, "/api/v1/devices/:device/reveal-password", .reveal, "Reveal a device's root password",
                self.reveal),
            Endpoint(
                .post, "/api/v1/rotate-passwords", .scoped(.operator), "Make devices set new root passwords",
                self.rotateAll),
            Endpoint(
                .post, "/api/v1/escrow/rotate", .role(.admin), "Seal all secrets under a new key", self.rotateKey),
        ]
    }

    private func rotate(_ call: Call) async throws -> RotationResult {
        try await self.fleet.rotatePassword(try call.parameter("device"), actor: try call.actor(), now: call.now)
    }

    private func reveal(_ call: Call, _ request: RevealRequest) async throws -> RevealedPassword {
        try await self.fleet.revealPassword(
            try call.parameter("device"), request, actor: try call.actor(), now: call.now)
    }

    private func rotateAll(_ call: Call, _ request: RotationRequest) async throws -> RotationResult {
        try await self.fleet.rotatePasswords(request, actor: try call.actor(), now: call.now)
    }

    private func rotateKey(_ call: Call) async throws -> EscrowRotation {
        try await self.fleet.rotateEscrowKey(actor: try call.actor(), now: call.now)
    }
}
