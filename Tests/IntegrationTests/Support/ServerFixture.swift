import Foundation
import Glibc
import Synchronization
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// A real server: the binary under test, its gateway's sshd, a Unix socket and two ports on loopback. Nobody's accounts are touched: it
/// uses those that every system has, as the demo does.
final class ServerFixture: Sendable {
    static let edgeUser = "nobody"
    static let jumpUser = "daemon"
    let scratch: Scratch
    let ports: Ports
    let folder: String
    private let serving = Mutex<Program?>(nil)
    private let sparePorts = Mutex(0)
    /// What `serve` is started by: a program that becomes it.
    private let launcher: [String]

    var socket: String { "\(self.folder)/api.sock" }
    var configurationFile: String { "\(self.folder)/server.toml" }
    var state: String { "\(self.folder)/state" }
    var gateway: String { "\(self.folder)/gateway" }
    var url: String { "https://127.0.0.1:\(self.ports.api)" }

    /// Starts a server, lends it to `body`, and leaves nothing of it.
    static func with<Value: Sendable>(
        configuration: [String: String] = [:], shell: String? = nil, _ body: (ServerFixture) async throws -> Value
    ) async throws -> Value {
        try await Scratch.with { scratch in
            let server = try ServerFixture(scratch, configuration: configuration, shell: shell)
            try await server.start()
            return try await body(server)
        }
    }

    /// Prepares a server without starting it. `configuration` replaces lines of its configuration file; the values are TOML.
    /// `shell` is the login shell of devices' user.
    init(_ scratch: Scratch, name: String = "server", configuration: [String: String] = [:], shell: String? = nil)
        throws
    {
        self.scratch = scratch
        self.ports = try Ports.take()
        self.folder = "\(scratch.path)/\(name)"
        try WholeFile.makeFolder(self.folder, mode: 0o755)
        self.launcher = try shell.map { try Self.launcher($0, passwd: "\(scratch.path)/\(name)/passwd") } ?? []
        try self.configure(configuration)
        scratch.explain("\(self.gateway)/sshd.log")
        scratch.later { await self.end() }
    }

    /// What makes a program see devices' login user with another shell than everybody else does.
    private static func launcher(_ shell: String, passwd: String) throws -> [String] {
        let lines = try String(contentsOfFile: "/etc/passwd", encoding: .utf8).split(separator: "\n").map { line in
            var fields = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            if fields[0] == Self.edgeUser { fields[6] = shell }
            return fields.joined(separator: ":") + "\n"
        }
        try WholeFile.write(lines.joined(), to: passwd, mode: 0o644)
        let script = "mount --bind \"$0\" /etc/passwd && exec \"$@\""
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, passwd]
    }

    /// Writes the configuration file; a line without a value is left out.
    func configure(_ changes: [String: String] = [:]) throws {
        let range = self.ports.devices
        let lines = [
            "host": "\"127.0.0.1\"", "state": "\"\(self.state)\"", "api-address": "\"127.0.0.1\"",
            "api-port": "\(self.ports.api)", "api-socket": "\"\(self.socket)\"", "admin-group": "\"root\"",
            "gateway-state": "\"\(self.gateway)\"", "gateway-address": "\"127.0.0.1\"",
            "gateway-port": "\(self.ports.gateway)", "device-ports": "\"\(range.lowerBound)-\(range.upperBound)\"",
            "edge-user": "\"\(Self.edgeUser)\"", "jump-user": "\"\(Self.jumpUser)\"", "keys-user": "\"nobody\"",
        ].merging(changes) { $1 }
        let text = lines.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }
            .joined()
        try WholeFile.write(text, to: self.configurationFile, mode: 0o644)
    }

    /// Starts `serve` and returns at once.
    func launch(_ arguments: [String] = []) throws -> Program {
        try self.scratch.start(
            self.launcher + [self.scratch.binary, "serve", "--config", self.configurationFile] + arguments,
            isLogged: true)
    }

    /// Starts `serve` and returns when it answers.
    func start() async throws {
        let program = try self.launch()
        self.serving.withLock { $0 = program }
        try await Wait.until("the server to answer") {
            guard program.ended == nil else {
                throw WatchmanError(.unavailable, "serve ended: \(program.soFar.errorText)")
            }
            return UnixSocket.answers(self.socket) && LoopbackTCP.answers(self.ports.api)
        }
    }

    /// The running `serve`.
    func program() throws -> Program {
        guard let program = self.serving.withLock(\.self) else {
            throw WatchmanError(.unavailable, "the server was not started")
        }
        return program
    }

    /// Ends `serve` in good order; the gateway's sshd stays.
    func stop() async throws -> Program.Outcome {
        let program = try self.program()
        program.signal(SIGTERM)
        return try await program.wait(within: .seconds(60))
    }

    /// Process id of the gateway's sshd.
    var gatewayPID: pid_t? {
        Processes.running(pidFile: "\(self.gateway)/sshd.pid", mark: "\(self.gateway)/sshd_config")
    }

    /// A port of this test's own for anything.
    func sparePort() -> Int {
        self.sparePorts.withLock { index in
            index += 1
            return self.ports.spare(index - 1)
        }
    }

    private func end() async {
        await self.serving.withLock(\.self)?.end()
        if let pid = self.gatewayPID { await Processes.endFamily(pid) }
    }
}

extension ServerFixture {
    /// Runs a command of watchman against this server.
    func watchman(
        _ arguments: String..., input: Program.Input = .none, environment: [String: String] = [:]
    ) async throws -> Program.Outcome {
        try await self.start(arguments, input: input, environment: environment).wait()
    }

    /// Starts a command of watchman against this server.
    func start(_ arguments: [String], input: Program.Input = .none, environment: [String: String] = [:]) throws
        -> Program
    {
        let own = ["WATCHMAN_SOCKET": self.socket, "XDG_CACHE_HOME": "\(self.folder)/cache"]
        return try self.scratch.start(
            [self.scratch.binary] + arguments, environment: own.merging(environment) { $1 }, input: input)
    }

    /// Lends a client of the local socket.
    func api<Value: Sendable>(_ body: (APIClient) async throws -> Value) async throws -> Value {
        try await APIClient.with(.socket(self.socket), body)
    }

    /// The devices as admins see them.
    func devices() async throws -> [DeviceSummary] {
        let list: DeviceList = try await self.api { try await $0.get("/api/v1/devices") }
        return list.devices
    }

    /// A new join token.
    func token(
        uses: Int = 1, lifetime: Int = 600, tags: [String] = [], approval: Approval = .auto, from: [String] = []
    ) async throws -> Credential {
        let request = JoinTokenRequest(
            lifetime: lifetime, uses: uses, tags: tags, approval: approval, sources: try from.map(CIDR.init))
        let new: NewJoinToken = try await self.api { try await $0.post("/api/v1/tokens", request) }
        return try Credential(new.token.revealed, kind: .join)
    }

    /// Enrols over HTTPS as a device does, with a new key and nothing behind it.
    func register(_ token: Credential, hostname: String, key: SSHPrivateKey = .generate()) async throws -> Enrolment {
        let (address, _) = try await ServerTrust.establish(try ServerURL(self.url), pin: token.pin)
        return try await APIClient.with(address) { client in
            try await client.enrol(Fake.registration(token, hostname: hostname, key: key.publicKey), key: key)
        }
    }

    /// Lets the holder of `key` in to a device.
    func grant(_ device: String, _ key: SSHPublicKey, user: String = "root") async throws -> ConnectGrant {
        try await self.api {
            try await $0.post(
                "/api/v1/devices/\(device)/connect", ConnectRequest(publicKey: key, user: user))
        }
    }
}

extension APIClient {
    /// Enrols a device that need not wait.
    func enrol(_ request: RegistrationRequest, key: SSHPrivateKey) async throws -> Enrolment {
        guard let enrolment = try await self.register(request, key: key).enrolment else {
            throw WatchmanError(.internal, "the device waits for approval")
        }
        return enrolment
    }
}
