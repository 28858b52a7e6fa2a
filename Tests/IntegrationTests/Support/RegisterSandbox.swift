import Foundation
import WatchmanCore
import WatchmanSystem

/// `watchman register` for registrations that must fail.
///
/// Should one succeed, it would change root's authorized_keys and install a service. So it runs in a mount namespace of its own, where
/// both are elsewhere, and finds stand-ins for what it would start.
struct RegisterSandbox: Sendable {
    let scratch: Scratch
    private let folder: String

    init(_ scratch: Scratch) throws {
        self.scratch = scratch
        self.folder = "\(scratch.path)/register-\(RandomText.identifier(6))"
        for name in ["root", "units", "bin"] { try WholeFile.makeFolder("\(self.folder)/\(name)", mode: 0o755) }
        for program in ["systemctl", "chpasswd"] {
            try WholeFile.write("#!/bin/sh\nexit 1\n", to: "\(self.folder)/bin/\(program)", mode: 0o755)
        }
    }

    /// What `register` has put on the device, besides its key pair.
    var leftovers: [String] {
        let files = FileManager.default.enumerator(atPath: self.folder)?.compactMap { $0 as? String } ?? []
        let expected = ["root", "units", "bin", "bin/systemctl", "bin/chpasswd", "root/agent"]
        return files.filter { !expected.contains($0) && !$0.hasPrefix("root/agent/id_") }
    }

    /// Runs `watchman register` with this token on standard input, on request without any network.
    func register(_ server: String, token: String, isOffline: Bool = false) async throws -> Program.Outcome {
        let script = """
            mount --bind "$1/units" /etc/systemd/system && mount --bind "$1/root" /root && shift && exec "$@"
            """
        return try await self.scratch.run(
            ["unshare"] + (isOffline ? ["--net"] : []) + [
                "--mount", "--propagation", "private", "sh", "-c", script, "sh", self.folder, self.scratch.binary,
                "register", "--server", server, "--folder", "/root/agent", "--keep-root-password", "--skip-prereqs",
            ],
            environment: ["PATH": "\(self.folder)/bin:\(Machine.path)", "HOME": "/root"], input: .text("\(token)\n"))
    }
}
