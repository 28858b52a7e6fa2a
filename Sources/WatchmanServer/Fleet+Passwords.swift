import Foundation
import WatchmanCore
import WatchmanStore

/// Root passwords: what devices and people do with them.
extension Fleet {
    /// The root password that a device shall set; stored before it is told.
    func pendingPassword(_ info: DeviceInfo, now: Date) async throws -> PendingPassword {
        guard info.device.escrowsRootPassword else {
            throw WatchmanError(.conflict, "the server does not hold the root password of \(info.device.name)")
        }
        let id = info.device.id
        let row = try await self.store.pendingPassword(device: id, now: now) { version in
            try self.escrow.seal(RandomText.rootPassword(), as: .rootPassword(device: id, version: version))
        }
        return PendingPassword(version: row.version, password: try self.open(row))
    }

    /// Notes that a device has set its password.
    func confirmPassword(_ id: String, version: Int, now: Date) async throws {
        try await self.store.confirmPassword(device: id, version: version, policy: self.passwords, now: now)
        self.changes.post(.device(id))
    }

    /// Makes a device set a new root password.
    func rotatePassword(_ reference: String, actor: Principal, now: Date) async throws -> RotationResult {
        let info = try await self.store.rotatePassword(reference, actor: actor, now: now)
        self.changes.post(.device(info.device.id))
        return RotationResult(devices: 1)
    }

    /// Makes all devices that a selector means set new root passwords.
    func rotatePasswords(_ request: RotationRequest, actor: Principal, now: Date) async throws -> RotationResult {
        RotationResult(
            devices: try await self.store.rotatePasswords(
                try DeviceSelector(request.devices), actor: actor, now: now))
    }

    /// The root passwords that may be in force, and on request those before. Who asked and why is on the disk when this returns.
    func revealPassword(_ reference: String, _ request: RevealRequest, actor: Principal, now: Date) async throws
        -> RevealedPassword
    {
        let (info, rows, due) = try await self.store.revealPasswords(
            reference, request, policy: self.passwords, actor: actor, now: now)
        self.changes.post(.device(info.device.id))
        let open: (RootPassword.State) throws -> Secret? = { state in
            try rows.first { $0.state == state }.map(self.open)
        }
        let past = try rows.filter { $0.state == .past }.map {
            PastPassword(version: $0.version, createdAt: $0.createdAt, password: try self.open($0))
        }
        return RevealedPassword(
            current: try open(.current), pending: try open(.pending),
            history: request.includesHistory == true ? past : nil, dueAt: due)
    }

    /// Seals all secrets under a new key.
    func rotateEscrowKey(actor: Principal, now: Date) async throws -> EscrowRotation {
        EscrowRotation(secrets: try await self.backups.rotateKey(self.escrow, actor: actor, now: now))
    }

    private func open(_ row: RootPassword) throws -> Secret {
        try self.escrow.open(row.sealed, as: .rootPassword(device: row.deviceID, version: row.version))
    }
}
