import Foundation
import WatchmanCore
import WatchmanGateway
import WatchmanStore

extension Fleet {
    /// A page of a scope's list.
    func devices(_ query: DeviceQuery, in scope: DeviceSelector?, now: Date) async throws -> DeviceList {
        let page = try await self.store.devices(query, in: scope)
        return DeviceList(devices: page.rows.map { Self.summary($0, now: now) }, next: page.next)
    }

    /// A list's row, with the reason in words when the device cannot be entered.
    static func summary(_ row: DeviceRow, now: Date) -> DeviceSummary {
        DeviceSummary(
            id: row.id, name: row.name, state: row.isOnline ? .online : .offline,
            reason: row.isOnline ? nil : Self.reason(lastSeen: row.lastSeen, problem: row.tunnelProblem, now: now),
            gateway: row.gatewayID, port: row.port, lastSeen: row.lastSeen, agentVersion: row.agentVersion,
            tags: row.tags)
    }

    /// A device's row whose state was looked at this moment, for those who are about to enter.
    func summaryNow(_ info: DeviceInfo, now: Date) -> DeviceSummary {
        var row = DeviceRow(info)
        row.isOnline = self.presence.isUpNow(info.port)
        return Self.summary(row, now: now)
    }

    /// All that is known of a device, for those with this scope.
    func detail(_ info: DeviceInfo, in scope: DeviceSelector?, now: Date) async throws -> DeviceDetail {
        DeviceDetail(
            summary: Self.summary(DeviceRow(info), now: now), facts: info.device.facts, vitals: info.device.vitals,
            clockSkew: info.device.clockSkew, keyFingerprint: try SSHPublicKey(line: info.device.publicKey).fingerprint,
            hostKeys: info.device.hostKeys, createdAt: info.device.createdAt,
            escrowsRootPassword: info.device.escrowsRootPassword,
            rootPassword: try await self.store.passwordStanding(device: info.device.id),
            events: try await self.store.tunnelEvents(device: info.device.id, limit: 20),
            resembles: try await self.store.resemblance(info, in: scope))
    }

    /// Lets an admin in for some minutes.
    func connect(_ reference: String, _ request: ConnectRequest, actor: Principal, now: Date) async throws
        -> ConnectGrant
    {
        let info = try await self.store.device(reference, in: actor.scope)
        let id = info.device.id
        let keyID = "\(id) \(actor)"
        let expiresAt = now + Authorities.lifetime
        let serial = try await self.store.issueCertificate(
            device: id, keyID: keyID, fingerprint: request.publicKey.fingerprint, actor: actor, now: now,
            expiresAt: expiresAt)
        let summary = self.summaryNow(info, now: now)
        return ConnectGrant(
            deviceID: id, name: info.device.name, state: summary.state, reason: summary.reason,
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
    static func reason(lastSeen: Date?, problem: String?, now: Date) -> String {
        guard let lastSeen else { return "never checked in" }
        let age = now.timeIntervalSince(lastSeen)
        guard age < TimeInterval(3 * self.checkInInterval) else {
            return "no tunnel, and no check-in for \(ElapsedTime.words(age))"
        }
        return "no tunnel, though the agent checked in \(ElapsedTime.words(age)) ago"
            + (problem.map { ": \($0)" } ?? "")
    }
}
