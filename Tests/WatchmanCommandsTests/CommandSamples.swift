import Foundation
import TestSupport
import WatchmanCore
import WatchmanSystem

@testable import WatchmanCommands

/// Values as a server would give them, with keys that never change, for texts that must never change.
enum CommandSamples {
    static let now = Sample.now
    static let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDC9L5tua7xaHwOJGm8Vwq3trQZW8RyK0tAdMsF7Df/Q"

    static func hop(_ host: String) -> GatewayHop { GatewayHop(host: host, dial: ["/bin/watchman", "dial"]) }

    static func key() throws -> SSHPublicKey { try SSHPublicKey(line: self.line) }

    static func device(
        _ id: String, _ name: String, _ state: DeviceState = .online, port: Int = 20000, lastSeen: Date? = now - 5,
        tags: [String] = []
    ) -> DeviceSummary {
        DeviceSummary(
            id: id, name: name, state: state, reason: state == .online ? nil : "never checked in", gateway: "main",
            port: port, lastSeen: lastSeen, agentVersion: "0.1.0", tags: tags)
    }

    static func detail() throws -> DeviceDetail {
        DeviceDetail(
            summary: self.device("abcdefgh23", "edge-1", tags: ["arm", "site=berlin"]), facts: Sample.facts(),
            vitals: Sample.vitals(), clockSkew: -7200, keyFingerprint: try self.key().fingerprint,
            hostKeys: [try self.key()], createdAt: self.now - 86400, escrowsRootPassword: true,
            rootPassword: PasswordStanding(version: 3, setAt: self.now - 2 * 86400, dueAt: self.now + 27 * 86400),
            events: [TunnelEvent(at: self.now - 60, isUp: true)])
    }

    static func applicant() throws -> ApplicantSummary {
        ApplicantSummary(
            id: "k3v9q2m4xa", state: .waiting, name: nil, facts: Sample.facts(), source: "192.0.2.7",
            keyFingerprint: try self.key().fingerprint, token: "abcd2345", tags: ["arm"], createdAt: self.now - 60,
            resembles: Resemblance(id: "abcdefgh23", name: "edge-1", trait: .machineID))
    }

    static func grant(
        id: String = "abcdefgh23", name: String = "edge-1", user: String = "wm-jump"
    ) throws -> ConnectGrant {
        ConnectGrant(
            deviceID: id, name: name, state: .online, reason: nil, hostKeys: [try self.key()], port: 20000,
            gatewayHost: nil, gatewayPort: 2222, gatewayUser: user, hostAuthority: try self.key(),
            gatewayCertificate: "gateway certificate", deviceCertificate: "device certificate",
            expiresAt: self.now + 300)
    }

    /// A context whose home is this folder.
    static func context(_ home: String, _ environment: [String: String] = [:]) -> Context {
        Context(environment: environment.merging(["HOME": home]) { $1 }, processes: SystemProcessRunner())
    }
}
