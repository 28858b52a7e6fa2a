import Foundation
import Testing

@testable import WatchmanServer

@Suite struct FleetReasonTests {
    private static let now = Date(timeIntervalSince1970: 1_790_000_000)

    private static func reason(lastSeen: Date?, problem: String? = nil) -> String {
        Fleet.reason(lastSeen: lastSeen, problem: problem, now: self.now)
    }

    @Test func `why a device is offline is told in words`() {
        #expect(Self.reason(lastSeen: nil, problem: "x") == "never checked in")
        #expect(Self.reason(lastSeen: Self.now - 7200, problem: "x") == "no tunnel, and no check-in for 2 h")
        #expect(Self.reason(lastSeen: Self.now - 90) == "no tunnel, and no check-in for 1 min")
        #expect(Self.reason(lastSeen: Self.now - 89) == "no tunnel, though the agent checked in 1 min ago")
        #expect(
            Self.reason(lastSeen: Self.now - 5, problem: "the network is down")
                == "no tunnel, though the agent checked in 5 s ago: the network is down")
    }

    @Test func `a check-in from the future does not trap`() {
        #expect(Self.reason(lastSeen: .distantFuture) == "no tunnel, though the agent checked in 0 s ago")
        #expect(Self.reason(lastSeen: .distantPast).hasPrefix("no tunnel, and no check-in for "))
    }
}
