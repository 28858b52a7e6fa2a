import HTTPTypes

/// Says in the API's document where the names come from that other operations have in their paths.
enum Links {
    /// The operation, the part of other paths that its answer names, and where in the answer it stands.
    static let sources: [(operation: String, parameter: String, pointer: String)] = [
        ("GET /api/v1/applicants", "applicant", "/applicants/0/id"),
        ("GET /api/v1/backups", "backup", "/backups/0/name"), ("POST /api/v1/backups", "backup", "/name"),
        ("GET /api/v1/devices", "device", "/devices/0/id"), ("PATCH /api/v1/devices/:device", "device", "/id"),
        ("GET /api/v1/jobs", "job", "/jobs/0/name"), ("POST /api/v1/jobs", "job", "/name"),
        ("GET /api/v1/jobs/:job/runs", "run", "/runs/0/id"), ("POST /api/v1/jobs/:job/run", "run", "/id"),
        ("POST /api/v1/keys", "key", "/summary/id"), ("POST /api/v1/tokens", "token", "/summary/id"),
        ("GET /api/v1/users", "user", "/users/0/name"), ("POST /api/v1/users", "user", "/user/name"),
    ]

    /// The links from an operation's good answer to the operations that it makes possible, by the names of those.
    static func from(_ endpoint: Endpoint, to all: [Endpoint]) -> [String: JSON] {
        let operation = "\(endpoint.method.rawValue) \(endpoint.path)"
        guard let source = self.sources.first(where: { $0.operation == operation }) else { return [:] }
        var values: [String: JSON] = [:]
        for name in endpoint.parts { values[name] = .text("$request.path.\(name)") }
        values[source.parameter] = .text("$response.body#\(source.pointer)")
        var links: [String: JSON] = [:]
        for target in all where target.parts.contains(source.parameter) {
            guard target.parts.allSatisfy({ values[$0] != nil }) else { continue }
            let parameters = values.filter { target.parts.contains($0.key) }
            links[target.operationID] = ["operationId": .text(target.operationID), "parameters": .object(parameters)]
        }
        return links
    }
}

extension Endpoint {
    /// The names of the parts of the path that can be anything.
    var parts: [String] {
        self.path.split(separator: "/").filter { $0.hasPrefix(":") }.map { String($0.dropFirst()) }
    }
}
