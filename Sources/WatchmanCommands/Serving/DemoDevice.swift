import Foundation
import Glibc
import WatchmanAgent
import WatchmanCore
import WatchmanSystem

/// The demo's device: an sshd of its own on loopback, which knows no password and one authorized_keys file.
struct DemoDevice {
    static let name = "demo-1"
    let folder: String
    let port: Int
    let hostKey: SSHPublicKey

    /// Starts the sshd.
    static func start(folder: String, processes: any ProcessRunner) async throws -> DemoDevice {
        let home = "\(folder)/device"
        try WholeFile.makeFolder(home, mode: 0o700)
        guard let sshd = Executables.find("sshd") else {
            throw WatchmanError(.unavailable, "sshd is not installed", hint: "watchman prereqs --install")
        }
        let key = SSHPrivateKey.generate()
        let device = DemoDevice(folder: home, port: try FreePorts.take(1)[0], hostKey: key.publicKey)
        try WholeFile.write(key.text, to: "\(home)/host_key", mode: 0o600)
        try WholeFile.write(device.configuration, to: device.configurationFile, mode: 0o600)
        try WholeFile.makeFolder("/run/sshd", mode: 0o755)
        try await processes.check(.sshdTest(sshd, configuration: device.configurationFile))
        try await processes.check(.sshdStart(sshd, configuration: device.configurationFile, log: "\(home)/sshd.log"))
        for _ in 0..<250 where device.pid == nil { try await Task.sleep(for: .milliseconds(20)) }
        guard device.pid != nil else { throw WatchmanError(.unavailable, "the demo device's sshd did not start") }
        return device
    }

    /// The agent's view of this device.
    func site(_ folder: String) -> EdgeSite {
        EdgeSite(
            folder: "\(self.folder)/Secure-Tunnel", runtimeFolder: "\(self.folder)/run",
            authorizedKeys: "\(self.folder)/authorized_keys",
            sshd: .init(port: self.port, hostKeys: [self.hostKey], hostname: Self.name), unitFolder: nil)
    }

    private var configurationFile: String { "\(self.folder)/sshd_config" }

    private var pid: pid_t? { Processes.running(pidFile: "\(self.folder)/sshd.pid", mark: self.configurationFile) }

    private var configuration: String {
        """
        Port \(self.port)
        ListenAddress 127.0.0.1
        HostKey \(self.folder)/host_key
        PidFile \(self.folder)/sshd.pid
        AuthorizedKeysFile \(self.folder)/authorized_keys
        StrictModes no
        UsePAM no
        PermitRootLogin prohibit-password
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        Subsystem sftp internal-sftp

        """
    }
}
