import Glibc
import WatchmanSystem

/// The processes that are a device's tunnel: autossh, and the ssh below it.
struct TunnelProcesses: Sendable {
    let pidFile: String
    /// Path of the device's private key, which stands in the command lines of both.
    let keyFile: String
    /// The device's folder, which stands in the command line of the helper that speaks TLS with the gateway.
    let folder: String
    /// The device's own sshd, to which ssh has a connection for each admin.
    let sshdPort: Int

    init(_ site: EdgeSite, _ configuration: AgentConfiguration) {
        self.pidFile = site.autosshPIDFile
        self.keyFile = configuration.keyFile
        self.folder = site.folder
        self.sshdPort = configuration.sshdPort
    }

    /// The connection to the gateway, or to what stands on the way to it; nil while there is none.
    func connection() -> TCPConnection? {
        guard let autossh = Processes.running(pidFile: self.pidFile, mark: self.keyFile) else { return nil }
        let sshd = TCPPeers.Endpoint("127.0.0.1", port: self.sshdPort)
        // `agent dial`, below ssh, has the connection before ssh does. With TLS on the way a helper has it, which is nobody's child.
        let below = Processes.children(of: autossh)
        let family = below + below.flatMap { Processes.children(of: $0) }
        return Self.first(of: family, except: sshd) ?? Self.first(of: self.relays(), except: nil)
    }

    /// A loop, because a lazy sequence would look twice, and the second time find something else.
    private static func first(of family: [pid_t], except other: TCPPeers.Endpoint?) -> TCPConnection? {
        for pid in family {
            if let connection = TCPConnection.first(of: pid, except: other) { return connection }
        }
        return nil
    }

    private func relays() -> [pid_t] {
        Processes.all().filter { pid in
            guard Processes.name(of: pid) == "watchman" else { return false }
            let line = Processes.commandLine(of: pid) ?? ""
            return line.contains(" --relay") && line.contains(" --folder \(self.folder) ")
        }
    }

    /// Ends what an agent, or an autossh, left behind when it was killed: at most one ssh holds the port.
    func endLeftovers() async {
        let leftovers = Processes.all().filter { ["autossh", "ssh"].contains(Processes.name(of: $0)) }.filter {
            let line = Processes.commandLine(of: $0) ?? ""
            return line.contains(" -R ") && line.contains(" -i \(self.keyFile) ")
        }
        for pid in leftovers { Processes.signal(pid, SIGTERM) }
        for pid in leftovers where await !Processes.waitUntilGone(pid, within: .seconds(2)) {
            Processes.signal(pid, SIGKILL)
        }
    }
}
