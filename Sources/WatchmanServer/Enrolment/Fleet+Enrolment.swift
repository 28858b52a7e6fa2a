import Foundation
import WatchmanCore
import WatchmanGateway
import WatchmanStore

/// What stands between anyone and a registration.
struct RegistrationGate: Sendable {
    let nonces = Nonces()
    let limits = RegistrationLimits()
}

extension Fleet {
    /// Judges a registration before its signature is looked at, the cheapest first. When it returns, the token is right and the nonce is
    /// used up.
    ///
    /// - Throws: `WatchmanError` or `TooManyRequests`.
    func judge(_ request: RegistrationRequest, source: String, now: Date) async throws {
        guard request.pin == self.pin else {
            throw WatchmanError(.forbidden, "the registration is for another server")
        }
        let nonce = try self.gate.nonces.check(request.nonce, now: now)
        switch try await self.store.judge(request, from: source) {
        case .wrong:
            try self.gate.limits.noteWrongToken(from: source, now: now)
            throw Store.unknownToken
        case .elsewhere(let isSecretRight):
            try self.gate.limits.noteWrongToken(from: source, now: now)
            if isSecretRight {
                try await self.store.noteRefusedSource(token: request.tokenID, source: source, now: now)
            }
            throw Store.refusedSource
        case .right(let isKnown):
            // Who asks again is no burden, and there may be many who wait.
            if !isKnown { try self.gate.limits.admit(now: now) }
            try self.gate.nonces.use(nonce, now: now)
        }
    }

    /// Enrols a device and opens the gateway for it, or lets it wait.
    func register(_ request: RegistrationRequest, source: String, now: Date) async throws -> RegistrationAnswer {
        guard (1...8).contains(request.hostKeys.count) else {
            throw WatchmanError(.invalid, "a device has 1 to 8 host keys, not \(request.hostKeys.count)")
        }
        let result = try await self.store.register(
            request, source: source, gateway: self.gateway.id, occupied: self.presence.portsUp, now: now)
        switch result {
        case .waiting(let applicant, let isNew):
            if isNew { self.changes.post(.device(applicant.id)) }
            return RegistrationAnswer(
                waiting: .init(id: applicant.id, keyFingerprint: request.publicKey.fingerprint))
        case .enrolled(let info, _):
            try await self.open(info)
            return RegistrationAnswer(enrolment: self.enrolment(info))
        }
    }

    /// Lets an applicant in, as a device of its own or in the place of another.
    func approve(_ id: String, _ request: ApprovalRequest, actor: Principal, now: Date) async throws -> DeviceSummary {
        if let old = request.replace {
            let device = try await self.replace(
                old, with: try await self.store.applicantID(id, in: actor.scope), actor: actor, now: now)
            guard let name = request.name else { return device }
            return try await self.change(device.id, DeviceChange(name: name), actor: actor, now: now)
        }
        try request.name.map(DeviceName.check)
        let info = try await self.store.approve(
            id, name: request.name, gateway: self.gateway.id, occupied: self.presence.portsUp, actor: actor, now: now)
        try await self.open(info)
        return Self.summary(DeviceRow(info), now: now)
    }

    /// Turns an applicant away.
    func reject(_ id: String, actor: Principal, now: Date) async throws -> ApplicantSummary {
        let row = try await self.store.reject(id, actor: actor, now: now)
        self.changes.post(.device(row.id))
        return row
    }

    /// Lets another machine take a device's place: what the gateway knew of the old one is void, and so is the newcomer's own place.
    func replace(_ old: String, with new: String, actor: Principal, now: Date) async throws -> DeviceSummary {
        let escrow = self.escrow
        let result = try await self.store.replace(old, with: new, actor: actor, now: now) { row, device, version in
            let password = try escrow.open(row.sealed, as: .rootPassword(device: row.deviceID, version: row.version))
            return try escrow.seal(password, as: .rootPassword(device: device, version: version))
        }
        if let former = result.former {
            try await self.lookup.remove(id: former.device.id)
            TunnelEnder.end(port: former.port)
            self.changes.post(.device(former.device.id))
        }
        if result.isNew {
            try await self.open(result.info)
            TunnelEnder.end(port: result.info.port)
        }
        return Self.summary(DeviceRow(result.info), now: now)
    }

    /// Lets a device's key in at the gateway, and no other key for its port.
    private func open(_ info: DeviceInfo) async throws {
        try await self.lookup.add(Self.gatewayDevice(info))
        self.changes.post(.device(info.device.id))
    }

    private func enrolment(_ info: DeviceInfo) -> Enrolment {
        self.enrolment(
            info.device.id, name: info.device.name, port: info.port,
            escrowsRootPassword: info.device.escrowsRootPassword)
    }
}
