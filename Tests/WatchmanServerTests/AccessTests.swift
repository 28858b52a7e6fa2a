import Foundation
import HTTPTypes
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Who may call what: every endpoint with every kind of caller.
@Suite struct AccessTests {
    /// The rules. An endpoint that is not here, or stands here otherwise, fails the first test.
    static let rules: [String: Access] = [
        "GET /healthz": .anyone, "GET /readyz": .anyone, "GET /metrics": .role(.viewer),
        "GET /api/v1/openapi.json": .anyone, "GET /api/v1/identity": .anyone, "POST /api/v1/register": .anyone,
        "POST /api/v1/register/nonce": .anyone, "GET /api/v1/applicants": .scoped(.operator),
        "POST /api/v1/applicants/:applicant/approve": .scoped(.operator),
        "POST /api/v1/applicants/:applicant/reject": .scoped(.operator),
        "POST /api/v1/devices/:device/replace": .scoped(.operator),
        "POST /api/v1/agent/check-in": .device, "POST /api/v1/agent/password": .device,
        "POST /api/v1/agent/password/confirm": .device, "POST /api/v1/agent/key": .device,
        "POST /api/v1/devices/:device/choose": .scoped(.operator),
        "POST /api/v1/devices/:device/accept-host-keys": .scoped(.operator), "GET /api/v1/devices": .scoped(.viewer),
        "GET /api/v1/devices/:device": .scoped(.viewer), "PATCH /api/v1/devices/:device": .scoped(.operator),
        "DELETE /api/v1/devices/:device": .scoped(.admin), "POST /api/v1/devices/:device/connect": .scoped(.operator),
        "POST /api/v1/devices/:device/reveal-password": .reveal,
        "POST /api/v1/devices/:device/rotate-password": .scoped(.operator),
        "POST /api/v1/rotate-passwords": .scoped(.operator), "POST /api/v1/escrow/rotate": .role(.admin),
        "GET /api/v1/tokens": .scoped(.operator),
        "POST /api/v1/tokens": .scoped(.operator), "DELETE /api/v1/tokens/:token": .scoped(.operator),
        "GET /api/v1/keys": .role(.admin), "POST /api/v1/keys": .role(.admin),
        "DELETE /api/v1/keys/:key": .role(.admin),
        "GET /api/v1/users": .role(.admin), "POST /api/v1/users": .role(.admin),
        "POST /api/v1/provider-users": .role(.admin), "POST /api/v1/login": .anyone, "DELETE /api/v1/login": .own,
        "PATCH /api/v1/users/:user": .role(.admin), "DELETE /api/v1/users/:user": .role(.admin),
        "POST /api/v1/users/:user/reset": .role(.admin), "POST /api/v1/users/:user/sign-out": .role(.admin),
        "GET /api/v1/jobs": .role(.viewer), "POST /api/v1/jobs": .role(.admin), "GET /api/v1/jobs/:job": .role(.viewer),
        "PATCH /api/v1/jobs/:job": .role(.admin), "DELETE /api/v1/jobs/:job": .role(.admin),
        "POST /api/v1/jobs/:job/run": .role(.operator), "POST /api/v1/jobs/:job/pause": .role(.operator),
        "POST /api/v1/jobs/:job/resume": .role(.operator), "GET /api/v1/jobs/:job/runs": .role(.viewer),
        "GET /api/v1/jobs/:job/runs/:run": .role(.operator), "GET /api/v1/fleet": .scoped(.viewer),
        "GET /api/v1/gateway": .role(.viewer), "GET /api/v1/devices/:device/history": .scoped(.viewer),
        "GET /api/v1/audit": .role(.admin), "GET /api/v1/audit/chain": .role(.admin),
        "GET /api/v1/connections": .role(.admin),
        "DELETE /api/v1/connections/:connection": .role(.admin),
        "GET /api/v1/backups": .role(.viewer), "POST /api/v1/backups": .role(.admin),
        "POST /api/v1/backups/:backup/verify": .role(.admin), "POST /api/v1/backups/prune": .role(.admin),
    ]

    /// What devices do all the time. A password is noted when the device confirms it.
    private static let unnoted = [
        "POST /api/v1/agent/check-in", "POST /api/v1/agent/password", "POST /api/v1/register/nonce",
        // Here there is nothing to remove, and no key that a browser made.
        "POST /api/v1/backups/prune", "DELETE /api/v1/login",
    ]

    @Test func `every endpoint has its rule and every rule its endpoint`() async throws {
        try await ServerFixture.with { fixture in
            let endpoints = try fixture.endpoints.map { ("\($0.method.rawValue) \($0.path)", $0.access) }
            #expect(Dictionary(endpoints) { first, _ in first } == Self.rules)
            #expect(endpoints.count == Self.rules.count, "no endpoint stands in the list twice")
        }
    }

    /// Those who may change something at one endpoint, and do.
    private static let most = 4

    /// Keys and the local socket are known to the API, and nobody else.
    static let known: Set<AccessPrincipal.Kind> = [.key, .localSocket]

    @Test(arguments: rules.keys.sorted())
    func `an endpoint answers those it is for and nobody else`(endpoint: String) async throws {
        let rule = AccessRule(route: endpoint, access: try #require(Self.rules[endpoint]))
        try await ServerFixture.with { fixture in
            let visit = try await AccessVisit(fixture, endpoint)
            var done = 0
            for principal in AccessPrincipal.all {
                let outcome = principal.outcome(rule, knownAs: Self.known)
                if outcome == .answered && rule.method != .get {
                    // What was done cannot be done again: each has a server of its own, and a few are enough.
                    done += 1
                    guard done <= Self.most else { continue }
                    try await ServerFixture.with { fixture in
                        try await Self.knock(principal, outcome, try await AccessVisit(fixture, endpoint))
                    }
                } else {
                    try await Self.knock(principal, outcome, visit)
                }
            }
        }
    }

    private static func knock(
        _ principal: AccessPrincipal, _ outcome: AccessOutcome, _ visit: AccessVisit
    ) async throws {
        let door = try await visit.door(for: principal)
        let before = try await visit.fixture.auditCount()
        let answer = try await visit.call(door)
        let comment: Comment = "\(principal.testDescription)"
        switch outcome {
        case .answered:
            #expect(answer.status == 200 && answer.error == nil, comment)
            #expect(try visit.problems(answer) == [], "the API's document describes what goes in and out")
            if visit.method != .get && !Self.unnoted.contains(visit.endpoint) {
                #expect(try await visit.fixture.auditCount() > before, "what was changed is in the audit trail")
            }
            return
        case .unknown: #expect(answer.status == 401 && answer.error?.code == .unauthenticated, comment)
        case .refused: #expect(answer.status == 403 && answer.error?.code == .forbidden, comment)
        case .notFound:
            #expect(answer.status == 404, comment)
            let (other, none) = try await visit.callAboutNothing(door)
            #expect(answer.text.replacing(visit.subject, with: none) == other.text, "as if it were not there")
        }
        #expect(try await visit.fixture.auditCount() == before, "nothing was done")
    }

    @Test func `the matrix is complete`() {
        #expect(AccessPrincipal.all.count == 46)
        let tried = Self.rules.count * AccessPrincipal.all.count
        #expect(tried >= 2000, "\(tried) combinations")
    }
}

/// A call of one endpoint that would succeed if the caller may make it.
struct AccessVisit {
    let fixture: ServerFixture
    let device: TestDevice
    let token: Credential
    /// A device of Berlin that waits, or empty if the path is about none.
    let applicant: String
    let endpoint: String
    let method: HTTPRequest.Method
    let path: String
    let template: String
    let bytes: [UInt8]?
    let headers: [String: String]

    init(_ fixture: ServerFixture, _ endpoint: String) async throws {
        self.fixture = fixture
        self.endpoint = endpoint
        self.device = try await fixture.device(name: "edge-1")
        let change = DeviceChange(addTags: ["site=berlin"])
        _ = try await fixture.fleet.store.change(self.device.id, change, actor: "local", now: Date())
        let token = try await fixture.token(tags: ["site=berlin"])
        self.token = token
        self.applicant =
            endpoint.contains(":applicant") ? try await fixture.applicant(tags: ["site=berlin"]).id : ""
        let words = endpoint.split(separator: " ").map(String.init)
        self.method = try #require(HTTPRequest.Method(rawValue: words[0]))
        self.template = words[1].split(separator: "/").map { $0.hasPrefix(":") ? "/{\($0.dropFirst())}" : "/\($0)" }
            .joined()
        self.path = words[1].replacing(":device", with: self.device.id).replacing(":token", with: token.id)
            .replacing(":applicant", with: self.applicant)
            .replacing(":key", with: try await fixture.apiKey().id)
            .replacing(":job", with: try await Self.job(fixture, endpoint)).replacing(":run", with: "1")
            .replacing(
                ":connection",
                with: endpoint.contains(":connection") ? "\(try await fixture.connection(self.device).id)" : ""
            )
            .replacing(":user", with: try await fixture.user("bob", .viewer).name)
            .replacing(":backup", with: endpoint.contains(":backup") ? try await fixture.backup().name : "")
        let newKey = SSHPrivateKey.generate()
        let body = try await Self.body(endpoint, fixture, self.device, token, newKey.publicKey)
        let bytes = try body.map { Array(try WireJSON.encode($0)) }
        self.bytes = bytes
        self.headers =
            endpoint == "POST /api/v1/register"
            ? try Self.proof(bytes ?? [], newKey) : [:]
    }

    /// Whom the path is about, as it stands there.
    var subject: String {
        if !self.applicant.isEmpty { return self.applicant }
        return self.template.contains("{device}") ? self.device.id : self.token.id
    }

    /// Someone's way in.
    struct Door {
        let transport: Authenticator.Transport
        /// What they send along with this method, path and body.
        let headers: @Sendable (_ method: String, _ path: String, _ bytes: [UInt8]) throws -> [String: String]
    }

    /// The way in of a principal, who is made for it.
    func door(for principal: AccessPrincipal) async throws -> Door {
        let store = self.fixture.fleet.store
        switch principal.kind {
        case .localSocket: return Door(transport: .local) { _, _, _ in [:] }
        case .key, .expiredKey, .revokedKey, .keyOfRemovedPerson:
            return Self.door(try await self.key(principal))
        case .device: return Self.door(self.device.id, self.device)
        case .otherDevice:
            return Self.door(self.device.id, try await self.fixture.device())
        case .removedDevice:
            let removed = try await self.fixture.device()
            _ = try await store.remove(removed.id, actor: "local", now: Date())
            return Self.door(removed.id, removed)
        case .nobody: return Door(transport: .remote) { _, _, _ in ["Accept": "text/html"] }
        case .browser, .signedOutBrowser, .staleBrowser:
            let token = try await self.fixture.session(of: principal)
            return Door(transport: .remote) { _, _, _ in
                ["Cookie": "\(SessionCookie.name)=\(token.revealed)", "Accept": "text/html"]
            }
        }
    }

    private static func door(_ key: Credential) -> Door {
        Door(transport: .remote) { _, _, _ in ["Authorization": "Bearer \(key.text.revealed)"] }
    }

    private static func door(_ id: String, _ device: TestDevice) -> Door {
        Door(transport: .remote) { method, path, bytes in
            try TestDevice(id: id, key: device.key).headers(path, bytes, method: method)
        }
    }

    private func key(_ principal: AccessPrincipal) async throws -> Credential {
        let (store, now) = (self.fixture.fleet.store, Date())
        switch principal.kind {
        case .expiredKey: return try await self.fixture.apiKey(lifetime: 1, now: now - 2)
        case .revokedKey:
            let key = try await self.fixture.apiKey()
            _ = try await store.revokeAPIKey(key.id, actor: "local", now: now)
            return key
        case .keyOfRemovedPerson:
            _ = try await self.fixture.user("gone", .admin)
            let key = try await self.fixture.apiKey(actor: "user:gone")
            _ = try await store.removeUser("gone", actor: "local", now: now)
            return key
        default:
            return try await self.fixture.apiKey(
                principal.rights.role, mayReveal: principal.rights.mayReveal, scope: principal.scope)
        }
    }

    func call(_ door: Door) async throws -> Answer { try await self.call(door, self.path, self.bytes) }

    /// The same about something that is nowhere, and its name.
    func callAboutNothing(_ door: Door) async throws -> (Answer, String) {
        let none = RandomText.identifier(self.subject.utf8.count)
        return (try await self.call(door, self.path.replacing(self.subject, with: none), self.bytes), none)
    }

    private func call(_ door: Door, _ path: String, _ bytes: [UInt8]?) async throws -> Answer {
        let headers = try door.headers(self.method.rawValue, path, bytes ?? [])
        return try await self.fixture.call(
            self.method, path, door.transport, headers: headers.merging(self.headers) { $1 }, bytes: bytes)
    }

    /// How the body and the answer differ from what the API's document says of them.
    func problems(_ answer: Answer) throws -> [String] {
        let document = try OpenAPI.document(try self.fixture.endpoints, server: "https://localhost")
        let check = SchemaCheck(document: document)
        let operation = try #require(document["paths"]?[self.template]?[self.method.rawValue.lowercased()])
        let content = try #require(operation["responses"]?["200"]?["content"])
        guard let form = content["application/json"]?["schema"] else { return [] }
        var problems = check.problems(try answer.decode(JSON.self), form)
        if let bytes, let form = operation["requestBody"]?["content"]?["application/json"]?["schema"] {
            problems += check.problems(try WireJSON.decode(JSON.self, from: bytes), form)
        }
        return problems
    }

    /// A job that has run once.
    private static func job(_ fixture: ServerFixture, _ endpoint: String) async throws -> String {
        guard endpoint.contains(":job") else { return "" }
        let store = fixture.fleet.store
        _ = try await store.add(Sample.job("update"), actor: "local", now: Date())
        let run = try await store.beginRun(job: "update", actor: "local", now: Date()).run
        try await store.endRun(run.id, .succeeded, "", now: Date())
        if endpoint.hasSuffix("/resume") {
            _ = try await store.setPaused(true, job: "update", actor: "local", now: Date())
        }
        return "update"
    }

    private static func proof(_ bytes: [UInt8], _ key: SSHPrivateKey) throws -> [String: String] {
        let signature = try SSHSignature.sign(bytes, namespace: DeviceSignature.registerNamespace, with: key)
        return [DeviceSignature.signatureField: Data(signature).base64EncodedString()]
    }

    private static func body(
        _ endpoint: String, _ fixture: ServerFixture, _ device: TestDevice, _ token: Credential, _ key: SSHPublicKey
    ) async throws -> (any Encodable)? {
        switch endpoint {
        case "POST /api/v1/register": return Sample.registration(token, key: key, nonce: fixture.nonce())
        case "POST /api/v1/applicants/:applicant/approve": return ApprovalRequest(name: "edge-3")
        case "POST /api/v1/devices/:device/replace":
            let other = try await fixture.device()
            let change = DeviceChange(addTags: ["site=berlin"])
            _ = try await fixture.fleet.store.change(other.id, change, actor: "local", now: Date())
            return ReplaceRequest(with: other.id)
        case "POST /api/v1/agent/check-in":
            return CheckInRequest(facts: Sample.facts(), vitals: Sample.vitals(), tunnelProblem: nil)
        case "POST /api/v1/agent/password/confirm":
            return PasswordConfirmation(
                version: try await fixture.fleet.pendingPassword(try await fixture.info(device), now: Date()).version)
        case "POST /api/v1/agent/key":
            try await fixture.duplicate(device, chosen: 0)
            return try device.keyChange(to: .generate(), bootID: ServerFixture.bootIDs[0])
        case "POST /api/v1/devices/:device/choose":
            try await fixture.duplicate(device)
            return InstanceChoice(instance: ServerFixture.bootIDs[1])
        case "POST /api/v1/devices/:device/accept-host-keys":
            return HostKeyAcceptance(hostKeys: try await fixture.changeHostKeys(device))
        case "PATCH /api/v1/devices/:device": return DeviceChange(name: "edge-2")
        case "POST /api/v1/devices/:device/connect": return ConnectRequest(publicKey: key, user: "root")
        case "POST /api/v1/devices/:device/reveal-password": return RevealRequest(reason: "test")
        case "POST /api/v1/rotate-passwords": return RotationRequest(devices: "all")
        case "POST /api/v1/tokens":
            return JoinTokenRequest(
                lifetime: 60, uses: 1, tags: ["site=berlin"], approval: .manual, sources: [try CIDR("192.0.2.0/24")])
        case "POST /api/v1/escrow/rotate":
            _ = try await fixture.fleet.pendingPassword(try await fixture.info(device), now: Date())
            return Acknowledgement()
        case "POST /api/v1/jobs": return Sample.job("other")
        case "PATCH /api/v1/jobs/:job": return JobChange(cron: "@daily")
        case "POST /api/v1/provider-users": return UserRequest(name: "dora", role: .viewer)
        case "POST /api/v1/login":
            let approval = CommandLineLogins.Approval(
                person: Person(actor: "user:bob", role: .viewer), machine: "laptop",
                challenge: Credential.hash(Secret("verifier")))
            let code = try fixture.fleet.logins.approve(approval, now: Date())
            return LoginRequest(code: code, verifier: Secret("verifier"))
        case "POST /api/v1/users": return UserRequest(name: "carol", role: .viewer)
        case "PATCH /api/v1/users/:user": return UserChange(role: .operator)
        case "POST /api/v1/backups/prune": return BackupPruneRequest()
        case "POST /api/v1/keys": return APIKeyRequest(name: "other", role: .viewer)
        default: return endpoint.hasPrefix("POST") ? Acknowledgement() : nil
        }
    }
}
