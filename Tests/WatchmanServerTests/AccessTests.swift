import Foundation
import HTTPTypes
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Who may call what: every endpoint with every kind of caller.
@Suite struct AccessTests {
    enum Visitor: CaseIterable, Sendable {
        case anonymous, viewerKey, operatorKey, adminKey, revealKey, revokedKey, device, localSocket

        /// The role whose rights it has, or nil if it is nobody here.
        var role: Role? {
            switch self {
            case .anonymous, .revokedKey, .device: nil
            case .viewerKey, .revealKey: .viewer
            case .operatorKey: .operator
            case .adminKey, .localSocket: .admin
            }
        }
    }

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
    private static let unnoted = ["POST /api/v1/agent/check-in", "POST /api/v1/agent/password"]

    @Test func `every endpoint has its rule and every rule its endpoint`() async throws {
        try await ServerFixture.with { fixture in
            let endpoints = try fixture.endpoints.map { ("\($0.method.rawValue) \($0.path)", $0.access) }
            #expect(Dictionary(endpoints) { first, _ in first } == Self.rules)
            #expect(endpoints.count == Self.rules.count, "no endpoint stands in the list twice")
        }
    }

    @Test(arguments: rules.keys.sorted(), Visitor.allCases)
    func `an endpoint answers those it is for and nobody else`(endpoint: String, visitor: Visitor) async throws {
        let rule = try #require(Self.rules[endpoint])
        try await ServerFixture.with { fixture in
            let visit = try await Visit(fixture, endpoint)
            let before = try await fixture.auditCount()
            let answer = try await visit.call(as: visitor)
            if Self.allows(rule, visitor) {
                #expect(answer.status == 200)
                #expect(answer.error == nil)
                #expect(try visit.problems(answer) == [], "the API's document describes what goes in and out")
                if !endpoint.hasPrefix("GET ") && !Self.unnoted.contains(endpoint) {
                    let after = try await fixture.auditCount()
                    #expect(after > before, "what was changed is in the audit trail")
                }
            } else {
                let isKnown = visitor.role != nil && rule != .device
                #expect(answer.status == (isKnown ? 403 : 401))
                #expect(answer.error?.code == (isKnown ? .forbidden : .unauthenticated))
                let after = try await fixture.auditCount()
                #expect(after == before, "nothing was done")
            }
        }
    }

    private static func allows(_ rule: Access, _ visitor: Visitor) -> Bool {
        switch rule {
        case .anyone: true
        case .device: visitor == .device
        case .role(let role), .scoped(let role): visitor.role.map { $0 >= role } ?? false
        case .reveal: visitor == .revealKey || visitor == .localSocket
        case .own: visitor.role != nil
        }
    }
}

/// A call of one endpoint that would succeed if the caller may make it.
private struct Visit {
    let fixture: ServerFixture
    let device: TestDevice
    let keys: [Role: Credential]
    let reveal: Credential
    let revoked: Credential
    let method: HTTPRequest.Method
    let path: String
    let template: String
    let bytes: [UInt8]?
    let headers: [String: String]

    init(_ fixture: ServerFixture, _ endpoint: String) async throws {
        self.fixture = fixture
        self.device = try await fixture.device(name: "edge-1")
        let token = try await fixture.token()
        var keys: [Role: Credential] = [:]
        for role in Role.allCases { keys[role] = try await fixture.apiKey(role) }
        self.keys = keys
        self.reveal = try await fixture.apiKey(.viewer, mayReveal: true)
        self.revoked = try await fixture.apiKey()
        _ = try await fixture.fleet.store.revokeAPIKey(self.revoked.id, actor: "local", now: Date())
        let words = endpoint.split(separator: " ").map(String.init)
        self.method = try #require(HTTPRequest.Method(rawValue: words[0]))
        self.template = words[1].split(separator: "/").map { $0.hasPrefix(":") ? "/{\($0.dropFirst())}" : "/\($0)" }
            .joined()
        self.path = words[1].replacing(":device", with: self.device.id).replacing(":token", with: token.id)
            .replacing(":applicant", with: try await fixture.applicant().id)
            .replacing(":key", with: try await fixture.apiKey().id)
            .replacing(":job", with: try await Self.job(fixture, endpoint)).replacing(":run", with: "1")
            .replacing(":connection", with: "\(try await fixture.connection(self.device).id)")
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

    func call(as visitor: AccessTests.Visitor) async throws -> Answer {
        var headers: [String: String] = [:]
        switch visitor {
        case .anonymous, .localSocket: break
        case .viewerKey, .operatorKey, .adminKey:
            let key = try #require(visitor.role.flatMap { self.keys[$0] })
            headers["Authorization"] = "Bearer \(key.text.revealed)"
        case .revealKey: headers["Authorization"] = "Bearer \(self.reveal.text.revealed)"
        case .revokedKey: headers["Authorization"] = "Bearer \(self.revoked.text.revealed)"
        case .device:
            headers = try self.device.headers(self.path, self.bytes ?? [], method: self.method.rawValue)
        }
        return try await self.fixture.call(
            self.method, self.path, visitor == .localSocket ? .local : .remote,
            headers: headers.merging(self.headers) { $1 }, bytes: self.bytes)
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
        case "POST /api/v1/devices/:device/replace": return ReplaceRequest(with: try await fixture.device().id)
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
                lifetime: 60, uses: 1, tags: [], approval: .manual, sources: [try CIDR("192.0.2.0/24")])
        case "POST /api/v1/jobs": return Sample.job("other")
        case "PATCH /api/v1/jobs/:job": return JobChange(cron: "@daily")
        case "POST /api/v1/users": return UserRequest(name: "carol", role: .viewer)
        case "PATCH /api/v1/users/:user": return UserChange(role: .operator)
        case "POST /api/v1/backups/prune": return BackupPruneRequest()
        case "POST /api/v1/keys": return APIKeyRequest(name: "other", role: .viewer)
        default: return endpoint.hasPrefix("POST") ? Acknowledgement() : nil
        }
    }
}
