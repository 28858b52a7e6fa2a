import Testing
import WatchmanCore

/// One server with two devices online, for all tests of a suite that leave it as it is.
struct SharedServer: SuiteTrait, TestScoping {
    @TaskLocal private static var current: (server: ServerFixture, devices: [DeviceFixture])?
    let isRecursive = false

    /// The suite's server.
    static var server: ServerFixture {
        get throws { try Self.shared().server }
    }

    /// The suite's first device: `edge-1`.
    static var device: DeviceFixture {
        get throws { try Self.shared().devices[0] }
    }

    /// The suite's second device: `edge-2`.
    static var otherDevice: DeviceFixture {
        get throws { try Self.shared().devices[1] }
    }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await ServerFixture.with { server in
            async let one = DeviceFixture.online(server, "edge-1")
            let devices = [try await one, try await DeviceFixture.online(server, "edge-2")]
            try await Self.$current.withValue((server, devices)) { try await function() }
        }
    }

    private static func shared() throws -> (server: ServerFixture, devices: [DeviceFixture]) {
        guard let current else {
            throw WatchmanError(.internal, "the suite has no @Suite(.sharedServer)")
        }
        return current
    }
}

extension Trait where Self == SharedServer {
    /// One server with two devices online, for all tests of the suite.
    static var sharedServer: Self { SharedServer() }
}
