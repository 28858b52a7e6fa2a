import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import TestSupport
import WatchmanCore
import WatchmanSystem

@testable import WatchmanGateway
@testable import WatchmanServer
@testable import WatchmanStore

/// A server without network and processes: its fleet in memory, and calls that go through its router.
struct ServerFixture: Sendable {
    /// No sshd listens here: ending a tunnel must end nobody's.
    static let ports = 1100...1199
    /// Nobody answers here: a provider that is away.
    static let issuer = "http://127.0.0.1:1"
    var fleet: Fleet
    let gatewayDatabase: String
    let gatewaySettings: GatewaySettings
    var signIn: SignIn
    let templates: Templates
    let instruments: Instruments
    let denials: Denials

    /// Keys take a while to make and do not change: all fixtures share them.
    static let secrets = Result {
        try TemporaryFolder.with { (folder: String) in
            let state = try StateFolder(path: "\(folder)/state")
            let (tls, authorities) = (try TLSIdentity(state), try Authorities(state))
            _ = try authorities.gatewayIdentity(state)
            let escrow = try Escrow(state)
            let files = try StateFolder.files.map {
                ($0.name, try Data(contentsOf: URL(fileURLWithPath: "\(state.path)/\($0.name)")))
            }
            return (tls: tls, authorities: authorities, escrow: escrow, files: files)
        }
    }

    /// Lends a new server to `body`.
    static func with(
        requiresSecondFactor: Bool = false, _ body: (ServerFixture) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with { folder in
            try await body(try await ServerFixture(folder: folder, requiresSecondFactor: requiresSecondFactor))
        }
    }

    private init(folder: String, requiresSecondFactor: Bool) async throws {
        let (tls, authorities, _, files) = try Self.secrets.get()
        let gateway = Gateway(
            id: "main", host: nil, port: 2222, firstPort: Self.ports.lowerBound, lastPort: Self.ports.upperBound)
        self.gatewayDatabase = "\(folder)/gateway.db"
        self.gatewaySettings = GatewaySettings(
            folder: folder, address: "0.0.0.0", port: 2222, firstPort: Self.ports.lowerBound,
            lastPort: Self.ports.upperBound, edgeUser: "wm-edge", jumpUser: "wm-jump", keysUser: "wm-keys",
            helper: "/usr/local/bin/watchman")
        self.templates = try Templates()
        self.instruments = Instruments(
            requests: RequestMetrics(), connections: Connections(limit: 10, perSource: 5),
            readiness: Readiness([], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
            jobs: JobCounts(), logins: LoginCounts(), databaseFile: nil)
        let state = "\(folder)/state"
        try WholeFile.makeFolder(state, mode: 0o700)
        for (name, content) in files { try WholeFile.write(content, to: "\(state)/\(name)", mode: 0o600) }
        let (store, changes) = (try Store.inMemory(), Changes())
        let backups = Backups(
            maker: BackupMaker(
                settings: BackupSettings(folder: "\(state)/backups", configurationFile: "\(folder)/server.toml"),
                stateFolder: state, pin: tls.pin, store: store), changes: changes)
        self.fleet = Fleet(
            store: store, gateway: gateway, gatewayUsers: (edge: "wm-edge", jump: "wm-jump"),
            lookup: try GatewayDatabase(path: self.gatewayDatabase, readers: getegid()),
            presence: Presence(range: Self.ports) { _, _ in true }, changes: changes, backups: backups,
            authorities: authorities,
            escrow: try Escrow(StateFolder(path: state)), program: Download(file: self.gatewayDatabase), pin: tls.pin,
            keyPin: tls.keyPin, url: "https://tower.example:8443", fingerprint: tls.fingerprint, issuer: Self.issuer)
        self.denials = Denials(store: store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        // The smallest cost there is: tests are not about how long scrypt takes.
        self.signIn = SignIn(
            store: self.fleet.store, passwords: try PasswordWorker(cost: 1), escrow: self.fleet.escrow,
            requiresSecondFactor: requiresSecondFactor,
            provider: Provider(
                ProviderSettings(issuer: Self.issuer, clientID: "watchman", name: "Example"),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, deadline: .milliseconds(50)))
        try await self.fleet.store.configure(gateway)
    }

    var pages: [Page] { Dashboard.pages(self.fleet, self.gatewaySettings, self.signIn, self.templates) }

    var endpoints: [Endpoint] {
        get throws {
            API.endpoints(
                self.fleet, authority: try Self.secrets.get().tls.authority, instruments: self.instruments)
        }
    }

    /// Sends a request through the router as `transport` would have brought it.
    func call(
        _ method: HTTPRequest.Method, _ path: String, _ transport: Authenticator.Transport = .local,
        headers: [String: String] = [:], bytes: [UInt8]? = nil,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) async throws -> Answer {
        let authenticator = Authenticator(store: self.fleet.store, transport: transport)
        let router = API.router(
            try self.endpoints, authenticator: authenticator, logger: logger, metrics: self.instruments.requests,
            denials: self.denials
        ) { router in
            guard transport == .remote else { return }
            Dashboard(signIn: self.signIn, templates: self.templates, logger: logger).add(self.pages, to: router)
        }
        var fields = HTTPFields()
        if bytes != nil { fields[.contentType] = "application/json" }
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        let all = fields
        return try await Application(router: router, logger: logger).test(.router) { client in
            try await client.execute(uri: path, method: method, headers: all, body: bytes.map { ByteBuffer(bytes: $0) })
            {
                Answer(status: $0.status.code, headers: $0.headers, bytes: Array($0.body.readableBytesView))
            }
        }
    }

    /// Calls as a local admin with a JSON body.
    func admin(_ method: HTTPRequest.Method, _ path: String, _ body: (any Encodable)? = nil) async throws -> Answer {
        try await self.call(method, path, bytes: try body.map { Array(try WireJSON.encode($0)) })
    }

    func token(
        uses: Int = 10, tags: [String] = [], approval: Approval = .auto, from: [String] = []
    ) async throws -> Credential {
        let token = Credential(new: .join, pin: self.fleet.pin)
        let request = JoinTokenRequest(
            lifetime: 3600, uses: uses, tags: tags, approval: approval, sources: try from.map(CIDR.init))
        _ = try await self.fleet.store.create(token, request, actor: "local", now: Date())
        return token
    }

    func apiKey(
        _ role: Role = .admin, mayReveal: Bool = false, scope: String? = nil, lifetime: Int? = nil,
        actor: Principal = "local", now: Date = Date()
    ) async throws -> Credential {
        let key = Credential(new: .apiKey, pin: self.fleet.pin)
        let request = APIKeyRequest(
            name: "laptop", role: role, mayReveal: mayReveal, scope: scope, lifetime: lifetime)
        _ = try await self.fleet.store.create(key, request, actor: actor, now: now)
        return key
    }

    /// Enrols a device as the API would.
    func device(
        name: String? = nil, clock: Date = Date(), escrowsRootPassword: Bool = true, now: Date = Date()
    ) async throws -> TestDevice {
        let key = SSHPrivateKey.generate()
        let request = Sample.registration(
            try await self.token(), key: key.publicKey, name: name, clock: clock,
            escrowsRootPassword: escrowsRootPassword)
        let answer = try await self.fleet.register(request, source: "192.0.2.1", now: now)
        guard let id = answer.enrolment?.deviceID else { throw WatchmanError(.internal, "it is not enrolled") }
        return TestDevice(id: id, key: key)
    }

    /// A connection to a device that an admin opened with a certificate, as the gateway's log tells. There is no such socket.
    func connection(_ device: TestDevice, as actor: Principal = "user:alice", port: Int = 47400) async throws
        -> Connection
    {
        let (store, now) = (self.fleet.store, Date())
        let serial = try await store.issueCertificate(
            device: device.id, keyID: "\(device.id) \(actor)", fingerprint: "x", actor: actor, now: now,
            expiresAt: now + Authorities.lifetime)
        let login = GatewayLogin(
            user: "wm-jump", address: "192.0.2.7", port: port,
            fingerprint: "x", certificate: .init(keyID: "\(device.id) \(actor)", serial: Int64(serial)))
        try await store.record([login], gateway: "main", logPlace: "1:1", now: now)
        guard let connection = try await store.openConnections().last else {
            throw WatchmanError(.internal, "the connection was not noted")
        }
        return connection
    }

    /// A device that waits for approval.
    func applicant(
        key: SSHPrivateKey = .generate(), name: String? = nil, facts: DeviceFacts? = nil, tags: [String] = []
    ) async throws -> TestDevice {
        let request = Sample.registration(
            try await self.token(tags: tags, approval: .manual), key: key.publicKey, name: name, facts: facts)
        let answer = try await self.fleet.register(request, source: "192.0.2.1", now: Date())
        return TestDevice(id: answer.waiting?.id ?? "", key: key)
    }

    /// A nonce for a registration.
    func nonce(now: Date = Date()) -> String { self.fleet.gate.nonces.make(now: now).nonce }

    func backup(now: Date = Date()) async throws -> BackupSummary {
        try await self.fleet.backups.create(actor: "local", now: now)
    }

    /// What the store knows of a device.
    func info(_ device: TestDevice) async throws -> DeviceInfo { try await self.fleet.store.device(device.id) }

    /// The line that sshd would get for a device's key.
    func keyLine(_ device: TestDevice) throws -> String? {
        try KeyLookup.answer(
            database: self.gatewayDatabase, kind: "key", user: "wm-edge", expectedUser: "wm-edge",
            subject: device.key.publicKey.base64)
    }

    /// How many things were done; refusals are none.
    func auditCount() async throws -> Int {
        try await self.fleet.store.read { db in
            try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM audit WHERE action <> 'access.refuse'") ?? -1
        }
    }

    /// The refusals, as `actor subject detail`.
    func refusals() async throws -> [String] {
        try await self.fleet.store.auditTrail(after: 0, limit: 10_000).filter { $0.action == "access.refuse" }
            .map { "\($0.actor) \($0.subject) \($0.detail)" }
    }
}

/// What came back.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try WireJSON.decode(type, from: self.bytes) }

    /// The failure that it tells, or nil.
    var error: WatchmanError? { (try? self.decode(ErrorBody.self))?.error }
}

/// An enrolled device.
struct TestDevice: Sendable {
    let id: String
    let key: SSHPrivateKey

    /// The headers of a signed call.
    func headers(
        _ path: String, _ bytes: [UInt8], sequence: Int64 = 1, key: SSHPrivateKey? = nil, method: String = "POST",
        namespace: String = DeviceSignature.callNamespace
    ) throws -> [String: String] {
        let message = DeviceSignature.message(
            method: method, path: path, device: self.id, sequence: sequence, body: bytes)
        let signature = try SSHSignature.sign(message, namespace: namespace, with: key ?? self.key)
        return [
            DeviceSignature.deviceField: self.id, DeviceSignature.sequenceField: "\(sequence)",
            DeviceSignature.signatureField: Data(signature).base64EncodedString(),
        ]
    }
}

extension Store {
    /// All devices, by name.
    func devices() async throws -> [DeviceInfo] {
        try await self.read { db in try DeviceInfo.fetchAll(db, sql: "\(DeviceInfo.query) ORDER BY device.name") }
    }
}
