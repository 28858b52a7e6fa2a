import Foundation
import WatchmanCore
import WatchmanGateway
import WatchmanStore

extension Fleet {
    /// A list's row, with the reason in words when the device cannot be entered.
    func summary(_ info: DeviceInfo, now: Date) -> DeviceSummary {
        let isUp = self.presence.isUp(info.port)
        return DeviceSummary(
            id: info.device.id, name: info.device.name, state: isUp ? .online : .offline,
            reason: isUp ? nil : Self.reason(info.device, now: now), gateway: info.gatewayID, port: info.port,
            lastSeen: info.device.lastSeen, agentVersion: info.device.facts.agentVersion, tags: info.tags)
    }

    /// All that is known of a device.
    func detail(_ info: DeviceInfo, now: Date) async throws -> DeviceDetail {
        DeviceDetail(
            summary: self.summary(info, now: now), facts: info.device.facts, vitals: info.device.vitals,
            clockSkew: info.device.clockSkew, keyFingerprint: try SSHPublicKey(line: info.device.publicKey).fingerprint,
            hostKeys: info.device.hostKeys, createdAt: info.device.createdAt,
            escrowsRootPassword: info.device.escrowsRootPassword,
            events: try await self.store.tunnelEvents(device: info.device.id, limit: 20))
    }

    /// Lets an admin in for some minutes.
    func connect(_ reference: String, _ request: ConnectRequest, actor: String, now: Date) async throws -> ConnectGrant
    {
        let info = try await self.store.device(reference)
        let id = info.device.id
        let keyID = "\(id) \(actor)"
        let expiresAt = now + Authorities.lifetime
        let serial = try await self.store.issueCertificate(
            device: id, keyID: keyID, fingerprint: request.publicKey.fingerprint, now: now, expiresAt: expiresAt)
        await self.presence.refresh()
        let row = self.summary(info, now: now)
        return ConnectGrant(
            deviceID: id, name: info.device.name, state: row.state, reason: row.reason,
            hostKeys: info.device.hostKeys, port: info.port, gatewayHost: self.gateway.host,
            gatewayPort: self.gateway.port, gatewayUser: self.gatewayUsers.jump,
            hostAuthority: self.authorities.host.publicKey,
            gatewayCertificate: try self.authorities.gatewayCertificate(
                for: request.publicKey, device: id, keyID: keyID, serial: serial, now: now),
            deviceCertificate: try self.authorities.deviceCertificate(
                for: request.publicKey, device: id, keyID: keyID, serial: serial,
                deviceNow: now + info.device.clockSkew),
            expiresAt: expiresAt)
    }

    /// Why a device cannot be entered.
    static func reason(_ device: Device, now: Date) -> String {
        guard let lastSeen = device.lastSeen else { return "never checked in" }
        let age = now.timeIntervalSince(lastSeen)
        guard age < TimeInterval(3 * self.checkInInterval) else {
            return "no tunnel, and no check-in for \(ElapsedTime.words(age))"
        }
        return "no tunnel, though the agent checked in \(ElapsedTime.words(age)) ago"
            + (device.tunnelProblem.map { ": \($0)" } ?? "")
    }
}
