import WatchmanCore

/// A home that knows nothing of the server's socket.
struct Laptop {
    let server: ServerFixture
    let home: String

    init(_ server: ServerFixture) throws {
        self.server = server
        self.home = try server.openFolder()
    }

    var environment: [String: String] {
        [
            "HOME": self.home, "XDG_CONFIG_HOME": "\(self.home)/config", "XDG_CACHE_HOME": "\(self.home)/cache",
            "XDG_RUNTIME_DIR": self.home,
        ]
    }

    func start(_ arguments: [String], input: Program.Input = .none) throws -> Program {
        try self.server.scratch.start(
            [self.server.scratch.binary] + arguments, environment: self.environment, input: input)
    }

    func watchman(_ arguments: String..., input: Program.Input = .none) async throws -> Program.Outcome {
        try await self.start(arguments, input: input).wait()
    }

    func login(_ key: Credential) async throws -> Program.Outcome {
        try await self.watchman(
            "admin", "login", "--server", self.server.url, input: .text("\(key.text.revealed)\n"))
    }
}

extension ServerFixture {
    /// A new API key, by default an admin's.
    func apiKey(_ name: String, _ options: [String] = ["--role", "admin"]) async throws -> Credential {
        let result = try await self.start(["admin", "keys", "create", name] + options).wait()
        return try Credential(result.text, kind: .apiKey)
    }
}
