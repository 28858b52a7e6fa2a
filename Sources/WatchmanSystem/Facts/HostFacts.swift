import Foundation
import Glibc
public import WatchmanCore

/// Reads what this machine is and how it is.
public struct HostFacts: Sendable {
    let root: String
    let processes: any ProcessRunner

    /// Points at a machine: `root` is put before every path of /proc, /sys and /etc, so that tests read a tree of their own.
    public init(root: String = "/", processes: any ProcessRunner) {
        self.root = root.utf8.last == UInt8(ascii: "/") ? root : root + "/"
        self.processes = processes
    }

    /// What this machine is. What cannot be read is left out; runs `ssh -V` and `sshd -V`.
    public func facts() async -> DeviceFacts {
        var names = utsname()
        uname(&names)
        let machineID = self.content(of: "etc/machine-id").prefix { !ASCII.isSpace($0) }
        return DeviceFacts(
            hostname: Self.text(names.nodename),
            machineID: machineID.isEmpty ? nil : String(decoding: machineID, as: UTF8.self),
            serial: self.serial,
            system: self.release.prettyName,
            architecture: Self.machine,
            kernel: Self.text(names.release),
            ssh: await self.versionLine(.sshVersion),
            sshd: await self.versionLine(.sshdVersion),
            agentVersion: Version.current
        ).cleaned
    }

    /// The hardware's own number: of the device tree on small boards, of the firmware on PCs, where only root may read it. Boards
    /// without one say the same digit all along, or a text such as `To be filled by O.E.M.`.
    private var serial: String? {
        let files = ["sys/firmware/devicetree/base/serial-number", "sys/class/dmi/id/product_uuid"]
        return files.lazy.map { self.content(of: $0).prefix { ASCII.isGraphic($0) } }
            .first { Set($0.filter { $0 != UInt8(ascii: "-") }).count > 2 && $0.contains(where: ASCII.isDigit) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// What kind of machine this is (`uname -m`).
    public static var machine: String {
        var names = utsname()
        uname(&names)
        return OutsideText.clean(Self.text(names.machine), limit: 32)
    }

    /// What this machine calls itself (`uname -n`).
    public static var hostname: String {
        var names = utsname()
        uname(&names)
        return OutsideText.clean(Self.text(names.nodename), limit: 253)
    }

    /// The settings of this machine's sshd, by `sshd -T`, which only root may ask.
    ///
    /// - Throws: `WatchmanError` that quotes sshd.
    public func sshdSettings() async throws -> SSHDSettings {
        SSHDSettings(parsing: try await self.processes.check(.sshdSettings).output)
    }

    /// The public host keys of this machine's sshd, in its order; without `sshd -T` those that every distribution makes.
    ///
    /// - Throws: `WatchmanError` (`configuration`) if there is none that watchman can use.
    public func hostKeys() async throws -> [SSHPublicKey] {
        let files = await self.hostKeyFiles()
        let keys = self.hostKeys(in: files)
        guard !keys.isEmpty else {
            throw WatchmanError(
                .configuration, "sshd has no host key that can be read: none of \(files.joined(separator: ", "))",
                hint: "ssh-keygen -A")
        }
        return keys
    }

    /// The files of the public host keys of this machine's sshd, in its order; without `sshd -T` those that every distribution makes.
    public func hostKeyFiles() async -> [String] {
        let listed = (try? await self.sshdSettings())?.hostKeys ?? []
        let usual = ["ed25519", "ecdsa", "rsa"].map { "/etc/ssh/ssh_host_\($0)_key" }
        return (listed.isEmpty ? usual : listed).map { "\($0).pub" }
    }

    /// The keys in these files; what is not a key is left out.
    public func hostKeys(in files: [String]) -> [SSHPublicKey] {
        files.compactMap { file in
            let line = self.content(of: file).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            return try? SSHPublicKey(line: String(decoding: line, as: UTF8.self))
        }
    }

    /// The kernel's number of this boot (random(4)), or nil where there is none.
    public var bootID: String? {
        let text = self.content(of: "proc/sys/kernel/random/boot_id").prefix { !ASCII.isSpace($0) }
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }

    /// What os-release(5) says; its second place is where systems with an empty /etc have it.
    var release: OSRelease {
        let content = self.content(of: "etc/os-release")
        return OSRelease(parsing: content.isEmpty ? self.content(of: "usr/lib/os-release") : content)
    }

    /// Content of a file below the root; empty if it cannot be read.
    func content(of path: String) -> Data {
        (try? Data(contentsOf: URL(fileURLWithPath: self.path(path)))) ?? Data()
    }

    func path(_ path: String) -> String {
        self.root + String(decoding: path.utf8.drop { $0 == UInt8(ascii: "/") }, as: UTF8.self)
    }

    private func versionLine(_ command: Command) async -> String? {
        guard let result = try? await self.processes.run(command) else { return nil }
        return OpenSSHVersion.line(in: result)
    }

    /// The text of a C character array.
    private static func text<Field>(_ field: Field) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
