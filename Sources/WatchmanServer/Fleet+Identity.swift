import Foundation
import WatchmanCore
import WatchmanGateway
import WatchmanStore

/// Which machine a device is, and which host keys are its own.
extension Fleet {
    /// Says which of the machines with one key is the device.
    func choose(_ reference: String, instance: String, actor: Principal, now: Date) async throws -> DeviceSummary {
        let info = try await self.store.choose(reference, instance: instance, actor: actor, now: now)
        self.changes.post(.device(info.device.id))
        return Self.summary(DeviceRow(info), now: now)
    }

    /// Pins the host keys that a device has now.
    func acceptHostKeys(_ reference: String, _ keys: [SSHPublicKey], actor: Principal, now: Date) async throws
        -> DeviceSummary
    {
        let info = try await self.store.acceptHostKeys(reference, keys, actor: actor, now: now)
        self.changes.post(.device(info.device.id))
        return Self.summary(DeviceRow(info), now: now)
    }

    /// Lets the chosen machine go over to a key of its own. The old one is refused from now on, and a tunnel that it holds ends.
    func changeKey(_ call: SignedCall, _ change: KeyChange, source: String, now: Date) async throws {
        let message = DeviceSignature.keyMessage(
            device: call.device, bootID: change.bootID, publicKey: change.publicKey)
        guard let proof = Data(base64Encoded: change.proof),
            (try? SSHSignature.verify(
                Array(proof), of: message, namespace: DeviceSignature.keyNamespace, by: change.publicKey)) != nil
        else { throw WatchmanError(.invalid, "the new key did not sign for itself") }
        let info = try await self.store.changeKey(
            device: call.device, sequence: call.sequence, change, source: source, now: now)
        try await self.lookup.add(Self.gatewayDevice(info))
        TunnelEnder.end(port: info.port)
        self.changes.post(.device(info.device.id))
    }

    /// Refuses to let anyone in whose session might end on another machine, or at a login that is not there.
    ///
    /// - Throws: `WatchmanError`: `unavailable`, `notFound` or `invalid`.
    static func requireEntry(_ device: Device, user: String) throws {
        guard AccountName.isValid(user) else { throw WatchmanError(.invalid, "the login user is not a user's name") }
        guard device.reportedHostKeys == nil else {
            throw WatchmanError(
                .unavailable, "\(device.name) is closed: \(Self.hostKeyReason)",
                hint: "watchman devices accept-host-keys \(device.name)")
        }
        guard device.loginUsers.contains(user) else {
            throw WatchmanError(
                .notFound,
                "\(device.name) has no login \(user), only \(device.loginUsers.joined(separator: ", ")): add it there",
                hint: "watchman agent logins add \(user)")
        }
    }

    /// Why nobody is let in.
    static let hostKeyReason = "its sshd has host keys that are not pinned"
    /// What is the matter with a duplicate.
    static let duplicateReason = "two machines use its key: choose one"
}
