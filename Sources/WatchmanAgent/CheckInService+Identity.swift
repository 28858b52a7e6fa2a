import Foundation
import Logging
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// What the server's answers change about what the device is.
extension CheckInService {
    /// Takes over another enrolment, such as that of a device that this one replaces.
    ///
    /// The configuration is written last: killed before, the next start finds the old one, and does all of this again.
    ///
    /// - Returns: whether calls must be made as another device.
    func adopt(_ enrolment: Enrolment) async throws -> Bool {
        let old = self.membership.configuration
        guard enrolment != old.enrolment else { return false }
        // The profile in the file may be newer than ours.
        var new = try AgentConfiguration.read(self.site) ?? old
        new.enrolment = enrolment
        if enrolment.opensOtherDoors(than: old.enrolment) { _ = try await Doors(site: self.site).settle(enrolment) }
        try new.write(self.site)
        self.membership.change(new)
        self.board.enrolled(new, self.site)
        if new.route(self.site) != old.route(self.site) || enrolment.hostAuthority != old.enrolment.hostAuthority {
            self.membership.restartTunnel()
        }
        self.logger.info(
            "the enrolment changed", metadata: ["device": "\(enrolment.deviceID)", "port": "\(enrolment.port)"])
        return enrolment.deviceID != old.enrolment.deviceID
    }

    /// Goes over to a new key if the server asks for it.
    ///
    /// - Returns: whether calls must be made with another key.
    func renewKey(_ answer: CheckInResponse, _ bootID: String?, _ caller: DeviceCaller) async throws -> Bool {
        guard answer.needsNewKey == true, let bootID else { return false }
        let device = self.membership.configuration.enrolment.deviceID
        try await self.renewal.run { key in
            let message = DeviceSignature.keyMessage(device: device, bootID: bootID, publicKey: key.publicKey)
            let proof = try SSHSignature.sign(message, namespace: DeviceSignature.keyNamespace, with: key)
            let change = KeyChange(
                publicKey: key.publicKey, bootID: bootID, proof: Data(proof).base64EncodedString())
            let _: Acknowledgement = try await caller.post("/api/v1/agent/key", change)
        }
        self.keyChanged()
        return true
    }

    /// After the server refused the key: a run that was killed may have begun to replace it.
    func recoverKey(_ client: APIClient) async -> Bool {
        do {
            let isDone = try await self.renewal.recover { key in
                var reporter = Reporter(site: self.site, processes: self.processes)
                let report = await reporter.next(self.membership.configuration, tunnelProblem: nil)
                let caller = DeviceCaller(
                    client: client, device: self.membership.configuration.enrolment.deviceID, key: key)
                do {
                    let _: CheckInResponse = try await caller.post("/api/v1/agent/check-in", report)
                    return true
                } catch let error as WatchmanError where error.code == .unauthenticated {
                    return false
                }
            }
            if isDone { self.keyChanged() }
            return isDone
        } catch {
            return false
        }
    }

    private var renewal: KeyRenewal {
        KeyRenewal(site: self.site, processes: self.processes, keyFile: self.membership.configuration.keyFile)
    }

    private func keyChanged() {
        self.logger.notice("this device has a new key", metadata: ["file": "\(self.renewal.keyFile)"])
        self.membership.restartTunnel()
    }
}

extension Enrolment {
    /// Whether files besides the configuration depend on the difference.
    fileprivate func opensOtherDoors(than other: Enrolment) -> Bool {
        self.deviceID != other.deviceID || self.hostAuthority != other.hostAuthority
            || self.userAuthority != other.userAuthority
    }
}
