import Foundation
import TestSupport
import WatchmanClient
import WatchmanCore
import WatchmanSystem

@testable import WatchmanAgent

/// A device whose files are all in one folder.
enum AgentFixture {
    static let hostKey = SSHPrivateKey.generate().publicKey

    static func site(_ folder: String, unitFolder: String? = nil) -> EdgeSite {
        EdgeSite(
            folder: "\(folder)/Secure-Tunnel", runtimeFolder: "\(folder)/run",
            authorizedKeys: "\(folder)/.ssh/authorized_keys",
            sshd: .init(port: 2022, hostKeys: [self.hostKey], hostname: "edge-1"), unitFolder: unitFolder)
    }

    static func enrolment(gatewayHost: String? = nil) -> Enrolment {
        Enrolment(
            deviceID: "abcdefgh23", name: "edge-1", gatewayHost: gatewayHost, gatewayPort: 2222, gatewayUser: "wm-edge",
            port: 20001, hostAuthority: SSHPrivateKey.generate().publicKey,
            userAuthority: SSHPrivateKey.generate().publicKey, escrowsRootPassword: false)
    }

    static func configuration(_ site: EdgeSite, gatewayHost: String? = nil) throws -> AgentConfiguration {
        AgentConfiguration(
            server: try ServerURL("https://tower.example"), authority: "PEM", pin: String(repeating: "p", count: 43),
            enrolment: self.enrolment(gatewayHost: gatewayHost), keyFile: KeyType.ed25519.file(site), sshdPort: 2022)
    }

    static func enroller(
        _ site: EdgeSite, _ processes: any ProcessRunner = RecordingProcessRunner(),
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) -> Enroller {
        Enroller(site: site, processes: processes, report: report)
    }
}
