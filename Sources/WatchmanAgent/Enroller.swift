import Foundation
import Glibc
public import WatchmanClient
public import WatchmanCore
public import WatchmanSystem

/// Enrols this device. Each step can be repeated: whatever moment a run is killed at, the next one finishes.
public struct Enroller: Sendable {
    /// What the person asked for.
    public struct Wishes: Sendable {
        /// The server.
        public var server: ServerURL
        /// The name, or nil for the host name.
        public var name: String?
        /// The kind of key to make.
        public var keyType: KeyType
        /// Whether the server shall hold a new root password.
        public var escrowsRootPassword: Bool
        /// Whether to wait for a person's approval, if that is needed.
        public var waits: Bool
        /// Users besides root that admins shall be able to log in as.
        public var logins: [String]
        /// The site's HTTP proxy, or nil for the one that the device had, if any.
        public var proxy: HTTPProxy?
        /// How the device's network is, or nil to leave that as it is.
        public var profile: NetworkProfile?

        /// Collects the wishes.
        public init(
            server: ServerURL, name: String?, keyType: KeyType, escrowsRootPassword: Bool, waits: Bool = true,
            logins: [String] = [], proxy: HTTPProxy? = nil
        ) {
            self.proxy = proxy
            self.logins = logins
            self.server = server
            self.name = name
            self.keyType = keyType
            self.escrowsRootPassword = escrowsRootPassword
            self.waits = waits
        }
    }

    /// How a run ended.
    public struct Outcome: Sendable {
        /// The device as it is registered.
        public var configuration: AgentConfiguration
        /// Whether it was registered, and nothing was left to do.
        public var wasComplete: Bool
        /// Whether the server sees the tunnel; nil where no service was installed.
        public var tunnelIsUp: Bool?
    }

    let site: EdgeSite
    let processes: any ProcessRunner
    let shadow: ShadowFile
    let report: @Sendable (String) -> Void

    /// Creates an enroller; `report` gets one line for each step.
    public init(
        site: EdgeSite, processes: any ProcessRunner, shadow: ShadowFile = ShadowFile(),
        report: @escaping @Sendable (String) -> Void
    ) {
        self.site = site
        self.processes = processes
        self.shadow = shadow
        self.report = report
    }

    /// Registers the device, or finishes what an earlier run began.
    ///
    /// `token` is asked for only if the server does not know the device yet.
    public func enrol(_ wishes: Wishes, token: @Sendable () async throws -> Credential) async throws -> Outcome {
        let known = try await self.known(wishes)
        var configuration: AgentConfiguration
        if let known {
            configuration = known
        } else {
            let token = try await token()
            try self.forget()
            configuration = try await self.register(wishes, token)
        }
        var hadNothingToDo = try await self.settle(&configuration)
        for user in wishes.logins where try await Logins(site: self.site).add(user, configuration.enrolment) {
            self.report("admins can log in as \(user)")
            hadNothingToDo = false
        }
        let isUp = self.site.unitFile == nil ? nil : try await self.waitForTunnel(configuration)
        return Outcome(configuration: configuration, wasComplete: known != nil && hadNothingToDo, tunnelIsUp: isUp)
    }

    /// The configuration of an earlier run, if the server still knows the device.
    private func known(_ wishes: Wishes) async throws -> AgentConfiguration? {
        guard var configuration = try AgentConfiguration.read(self.site) else { return nil }
        configuration.proxy = wishes.proxy ?? configuration.proxy
        configuration.profile = wishes.profile ?? configuration.profile
        guard configuration.server == wishes.server else {
            throw WatchmanError(
                .conflict, "this device is registered with \(configuration.server.text)",
                hint: "watchman agent uninstall")
        }
        // A run that was killed while it forgot the device left no key.
        guard try WholeFile.read(configuration.keyFile) != nil else { return nil }
        if let known = try await self.refreshed(configuration, try configuration.key()) { return known }
        let renewal = KeyRenewal(site: self.site, processes: self.processes, keyFile: configuration.keyFile)
        let isRenewed = try await renewal.recover { try await self.refreshed(configuration, $0) != nil }
        if isRenewed { return try await self.refreshed(configuration, try configuration.key()) }
        self.report("the server does not know this device any more: registering it anew, with a new key")
        return nil
    }

    /// The configuration as the server has it, or nil if it knows no device with this key.
    private func refreshed(_ configuration: AgentConfiguration, _ key: SSHPrivateKey) async throws
        -> AgentConfiguration?
    {
        do {
            let answer: CheckInResponse = try await self.call(configuration, key) { caller in
                try await caller.post("/api/v1/agent/check-in", await self.checkInRequest())
            }
            var copy = configuration
            copy.enrolment = answer.enrolment
            return copy
        } catch let error as WatchmanError where error.code == .unauthenticated {
            return nil
        }
    }

    /// Takes away what the device was known by, if it was: another machine may have a copy of it. The key first: without one nothing is
    /// known. A key without a configuration is that of a registration whose answer was lost, and stays.
    private func forget() throws {
        guard let configuration = try AgentConfiguration.read(self.site) else { return }
        let renewal = KeyRenewal(site: self.site, processes: self.processes, keyFile: configuration.keyFile)
        for file in [
            configuration.keyFile, renewal.nextFile, "\(configuration.keyFile).pub", self.site.configurationFile,
        ] where unlink(file) != 0 && errno != ENOENT {
            throw WatchmanError(
                .configuration, "cannot remove \(file): \(String(cString: strerror(errno)).lowercased())")
        }
    }

    private func register(_ wishes: Wishes, _ token: Credential) async throws -> AgentConfiguration {
        let (address, clock) = try await ServerTrust.establish(wishes.server, pin: token.pin, proxy: wishes.proxy)
        guard case .remote(_, let authority) = address else { throw WatchmanError(.internal, "no server") }
        self.report("server \(wishes.server.text) proved its key")
        let skew = Date().timeIntervalSince(clock)
        if abs(skew) > 300 {
            self.report("this device's clock is off by \(ElapsedTime.words(abs(skew))): watchman copes")
        }
        try WholeFile.makeFolder(self.site.folder, mode: 0o700)
        let key = try await wishes.keyType.key(self.site, self.processes)
        let request = RegistrationRequest(
            tokenID: token.id, tokenSecret: token.secret, pin: token.pin, name: wishes.name, publicKey: key.publicKey,
            hostKeys: try await self.site.hostKeys(self.processes), facts: await self.site.facts(self.processes),
            clock: Date(), escrowsRootPassword: wishes.escrowsRootPassword)
        let enrolment = try await APIClient.with(address, proxy: wishes.proxy) { client in
            try await self.ask(client, request, key, waits: wishes.waits)
        }
        var configuration = AgentConfiguration(
            server: wishes.server, authority: authority, pin: token.pin, enrolment: enrolment,
            keyFile: wishes.keyType.file(self.site), sshdPort: await self.site.sshdPort(self.processes))
        configuration.proxy = wishes.proxy
        configuration.profile = wishes.profile
        try configuration.write(self.site)
        self.report("registered as \(enrolment.name) (\(enrolment.deviceID)), port \(enrolment.port)")
        return configuration
    }

    func checkInRequest() async -> CheckInRequest {
        CheckInRequest(
            facts: await self.site.facts(self.processes), vitals: HostFacts(processes: self.processes).vitals(),
            tunnelProblem: nil)
    }

    /// Lends a caller that signs as this device.
    func call<Value: Sendable>(
        _ configuration: AgentConfiguration, _ given: SSHPrivateKey? = nil,
        _ body: (DeviceCaller) async throws -> Value
    ) async throws -> Value {
        let key = try given ?? configuration.key()
        return try await APIClient.with(configuration.address, proxy: configuration.proxy) { client in
            try await body(DeviceCaller(client: client, device: configuration.enrolment.deviceID, key: key))
        }
    }

    /// Asks the server until it sees the tunnel, for half a minute.
    private func waitForTunnel(_ configuration: AgentConfiguration) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(30)
        return try await self.call(configuration) { caller in
            while true {
                let answer: CheckInResponse = try await caller.post(
                    "/api/v1/agent/check-in", await self.checkInRequest())
                if answer.tunnelIsUp { return true }
                guard ContinuousClock.now < end else { return false }
                try await Task.sleep(for: .milliseconds(250))
            }
        }
    }
}
