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
        let trouble = Trouble(row, now: now)
        var summary = DeviceSummary(
            id: row.id, name: row.name, state: row.state, reason: trouble?.words, gateway: row.gatewayID,
            port: row.port, lastSeen: row.lastSeen, agentVersion: row.agentVersion, tags: row.tags)
        summary.problem = trouble?.problem
        return summary
    }

    /// Why a device's tunnel is down at this moment, or nil, for those who are about to enter.
    func problemNow(_ info: DeviceInfo, now: Date) -> String? {
        self.presence.isUpNow(info.port) ? nil : Trouble.absence(Trouble.Signs(DeviceRow(info)), now: now).words
    }

    /// All that is known of a device, for those with this scope.
    func detail(_ info: DeviceInfo, in scope: DeviceSelector?, now: Date) async throws -> DeviceDetail {
        var detail = DeviceDetail(
            summary: Self.summary(DeviceRow(info), now: now), facts: info.device.facts, vitals: info.device.vitals,
            clockSkew: info.device.clockSkew, keyFingerprint: try SSHPublicKey(line: info.device.publicKey).fingerprint,
            hostKeys: info.device.hostKeys, createdAt: info.device.createdAt,
            escrowsRootPassword: info.device.escrowsRootPassword,
            rootPassword: try await self.store.passwordStanding(device: info.device.id),
            events: try await self.store.tunnelEvents(device: info.device.id, limit: 20),
            resembles: try await self.store.resemblance(info, in: scope))
        detail.reportedHostKeys = info.device.reportedHostKeys
        detail.way = info.device.way.flatMap(TunnelWay.init(rawValue:))
        detail.profile = info.device.profile
        detail.logins = info.device.loginUsers
        detail.instances = try await self.store.instances(device: info.device.id)
        return detail
    }

    /// Lets an admin in for some minutes.
    func connect(_ reference: String, _ request: ConnectRequest, actor: Principal, now: Date) async throws
        -> ConnectGrant
    {
        let info = try await self.store.device(reference, in: actor.scope)
        try Self.requireEntry(info.device, user: request.user)
        let id = info.device.id
        let keyID = "\(id) \(actor)"
        let expiresAt = now + Authorities.lifetime
        let serial = try await self.store.issueCertificate(
            device: id, keyID: keyID, fingerprint: request.publicKey.fingerprint, actor: actor, now: now,
            expiresAt: expiresAt)
        let problem = self.problemNow(info, now: now)
        let isDegraded = problem == nil && info.device.isDegraded
        var grant = ConnectGrant(
            deviceID: id, name: info.device.name,
            state: problem != nil ? .offline : isDegraded ? .degraded : .online,
            reason: problem ?? (isDegraded ? Trouble.silentSSHD : nil),
            hostKeys: info.device.hostKeys, port: info.port, gatewayHost: self.gateway.host,
            gatewayPort: self.gateway.port, gatewayUser: self.gatewayUsers.jump,
            hostAuthority: self.authorities.host.publicKey,
            gatewayCertificate: try self.authorities.gatewayCertificate(
                for: request.publicKey, device: id, keyID: keyID, serial: serial, now: now),
            deviceCertificate: try self.authorities.deviceCertificate(
                for: request.publicKey, device: id, user: request.user, keyID: keyID, serial: serial,
                deviceNow: now + info.device.clockSkew),
            expiresAt: expiresAt)
        if info.device.isDuplicate { grant.warning = "\(info.device.name) is a duplicate: \(Self.duplicateReason)" }
        return grant
    }
}
