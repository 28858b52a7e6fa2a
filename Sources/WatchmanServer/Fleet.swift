import Foundation
import WatchmanCore
import WatchmanGateway
import WatchmanStore

/// What can be done with the fleet, whoever asks: the API's endpoints only translate.
struct Fleet: Sendable {
    let store: Store
    let gateway: Gateway
    let gatewayUsers: (edge: String, jump: String)
    /// Further ports of the gateway's sshd.
    var otherPorts: [Int] = []
    let lookup: GatewayDatabase
    let presence: Presence
    let changes: Changes
    let backups: Backups
    let authorities: Authorities
    let escrow: Escrow
    let gate = RegistrationGate()
    let program: Download
    let pin: String
    /// Pin of the HTTPS port's own key, for curl.
    let keyPin: String
    /// The server's own address for people, such as `https://tower.example:8443`.
    let url: String
    /// SHA-256 of its certificate, which a person compares when the browser asks.
    let fingerprint: String
    /// Whether tunnels hold a session open.
    var holdsSession = false
    /// When root passwords are replaced.
    var passwords = PasswordPolicy()
    /// Logins of the command line that a person approved in the browser.
    var logins = CommandLineLogins()
    /// The provider at which people may sign in, or nil.
    var issuer: String?

    /// Fills the gateway's cache from the database.
    func synchronizeGateway() async throws {
        let leases = try await self.store.leases(gateway: self.gateway.id)
        try await self.lookup.replaceAll(leases.map { GatewayDevice(id: $0.device, key: $0.key, port: $0.port) })
        let now = Date()
        try await self.lookup.revoke(try await self.store.revokedCertificates(now: now), now: now)
    }

    /// Renames and tags a device.
    func change(_ reference: String, _ change: DeviceChange, actor: Principal, now: Date) async throws -> DeviceSummary
    {
        let info = try await self.store.change(reference, change, actor: actor, now: now)
        self.changes.post(.device(info.device.id))
        return Self.summary(DeviceRow(info), now: now)
    }

    /// What a device needs to keep its tunnel up.
    func enrolment(_ id: String, name: String, port: Int, escrowsRootPassword: Bool) -> Enrolment {
        Enrolment(
            deviceID: id, name: name, gatewayHost: self.gateway.host, gatewayPort: self.gateway.port,
            gatewayUser: self.gatewayUsers.edge, port: port, hostAuthority: self.authorities.host.publicKey,
            userAuthority: self.authorities.user.publicKey, escrowsRootPassword: escrowsRootPassword,
            otherPorts: self.otherPorts.isEmpty ? nil : self.otherPorts,
            holdsSession: self.holdsSession ? true : nil)
    }

    /// Takes a device's report.
    func checkIn(_ call: SignedCall, _ report: CheckInRequest, source: String = "", now: Date) async throws
        -> CheckInResponse
    {
        let row = try await self.store.checkIn(
            device: call.device, sequence: call.sequence, report, source: source, now: now)
        if row.isNews { self.changes.post(.device(call.device)) }
        return CheckInResponse(
            tunnelIsUp: self.presence.isUp(row.port), interval: NetworkProfile.usualInterval,
            passwordIsPending: row.passwordIsPending,
            enrolment: self.enrolment(
                call.device, name: row.name, port: row.port, escrowsRootPassword: row.escrowsRootPassword),
            needsNewKey: row.needsNewKey)
    }

    /// Forgets a device: its key and certificates for it are refused from now on, its tunnel and the connections to it end, its port rests.
    func remove(_ reference: String, actor: Principal, now: Date) async throws -> DeviceSummary {
        let info = try await self.store.remove(reference, actor: actor, now: now)
        try await self.lookup.remove(id: info.device.id)
        TunnelEnder.end(port: info.port)
        try await self.entrances.reconcile(now: Date())
        self.changes.post(.device(info.device.id))
        return Self.summary(DeviceRow(info), now: now)
    }

    static func gatewayDevice(_ info: DeviceInfo) throws -> GatewayDevice {
        GatewayDevice(id: info.device.id, key: try SSHPublicKey(line: info.device.publicKey), port: info.port)
    }
}
