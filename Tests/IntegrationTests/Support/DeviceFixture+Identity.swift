import Foundation
import TestSupport
import WatchmanAgent
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// What makes a device another one than it was.
extension DeviceFixture {
    /// The boot of the machine that the tests run on.
    static var bootID: String {
        get throws {
            let text = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
            return text.split(separator: "\n").first.map(String.init) ?? ""
        }
    }

    /// Lets admins in as this user, and has the server know of it, as the agent's next check-in would.
    func letIn(_ user: String) async throws {
        _ = try await Logins(site: self.site).add(user, self.enrolment)
        let report = CheckInRequest(
            facts: try await self.detail.facts, vitals: Sample.vitals(clock: Date()), tunnelProblem: nil,
            logins: ["root"] + (try Logins(site: self.site).all))
        _ = try await self.call(with: try self.key(), report)
    }

    /// Its key as it is on the disk now.
    func key() throws -> SSHPrivateKey {
        try SSHPrivateKey(text: try String(contentsOfFile: self.keyFile, encoding: .utf8))
    }

    /// Checks in as this device, wherever the key comes from.
    func call(with key: SSHPrivateKey, _ report: CheckInRequest) async throws -> CheckInResponse {
        let configuration = try AgentConfiguration.require(self.site)
        return try await APIClient.with(configuration.address) { client in
            try await DeviceCaller(client: client, device: self.id, key: key).post("/api/v1/agent/check-in", report)
        }
    }
}
