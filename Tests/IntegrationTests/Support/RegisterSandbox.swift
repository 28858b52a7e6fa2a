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
        for name in ["root", "units", "bin", "tmp"] { try WholeFile.makeFolder("\(self.folder)/\(name)", mode: 0o755) }
        for program in ["systemctl", "chpasswd"] {
            try WholeFile.write("#!/bin/sh\nexit 1\n", to: "\(self.folder)/bin/\(program)", mode: 0o755)
        }
    }

    /// What `register` has put on the device, besides its key pair.
    var leftovers: [String] {
        let files = FileManager.default.enumerator(atPath: self.folder)?.compactMap { $0 as? String } ?? []
        let expected = ["root", "units", "bin", "bin/systemctl", "bin/chpasswd", "root/agent", "tmp", "bin/curl"]
        return files.filter { !expected.contains($0) && !$0.hasPrefix("root/agent/id_") }
    }

    /// Runs `watchman register` with this token on standard input, on request without any network.
    func register(
        _ server: String, token: String, isOffline: Bool = false, _ options: String...
    ) async throws -> Program.Outcome {
        try await self.start(server, token: token, isOffline: isOffline, options).wait()
    }

    /// Starts `watchman register`.
    func start(
        _ server: String, token: String, isOffline: Bool = false, _ options: [String] = []
    ) throws -> Program {
        try self.scratch.start(
            self.wrapping(
                [self.scratch.binary, "register", "--server", server]
                    + self.options.split(separator: " ").map(String.init)
                    + options, isOffline: isOffline),
            environment: self.environment, input: .text("\(token)\n"))
    }

    /// Options of `register` with which it stays in here.
    let options = "--folder /root/agent --keep-root-password --skip-prereqs"

    /// What a program finds instead of the real ones.
    var environment: [String: String] {
        ["PATH": "\(self.folder)/bin:\(Machine.path)", "HOME": "/root", "TMPDIR": "\(self.folder)/tmp"]
    }

    /// What is left of temporary files.
    var temporaries: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "\(self.folder)/tmp") }
    }

    /// Takes out of each script that is fetched the step that would install packages and start services on this machine.
    func installNothing() throws {
        let curl = "#!/bin/sh\n/usr/bin/curl \"$@\" | sed 's/^.* prereqs --install .*$/    :/'\n"
        try WholeFile.write(curl, to: "\(self.folder)/bin/curl", mode: 0o755)
    }

    /// A command line that runs in here.
    func wrapping(_ arguments: [String], isOffline: Bool = false) -> [String] {
        let script = """
            mount --bind "$1/units" /etc/systemd/system && mount --bind "$1/root" /root && shift && exec "$@"
            """
        return ["unshare"] + (isOffline ? ["--net"] : []) + [
            "--mount", "--propagation", "private", "sh", "-c", script, "sh", self.folder,
        ] + arguments
    }
}
