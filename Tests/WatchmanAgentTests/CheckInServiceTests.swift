import Testing
import WatchmanCore

@testable import WatchmanAgent

@Suite struct CheckInServiceTests {
    private static func answer(_ isUp: Bool, interval: Int) -> CheckInResponse {
        CheckInResponse(
            tunnelIsUp: isUp, interval: interval, passwordIsPending: false, enrolment: AgentFixture.enrolment())
    }

    @Test(arguments: [
        (30, 30), (5, 5), (4, 5), (0, 5), (-1, 5), (Int.min, 5), (3600, 3600), (3601, 3600), (Int.max, 3600),
    ])
    func `all is well: the server's interval, within reason`(interval: Int, expected: Int) {
        #expect(CheckInService.pause(Self.answer(true, interval: interval), failures: 0) == .seconds(expected))
    }

    @Test(arguments: [0, 30, Int.max]) func `the tunnel is coming up: two seconds`(interval: Int) {
        #expect(CheckInService.pause(Self.answer(false, interval: interval), failures: 0) == .seconds(2))
    }

    @Test(arguments: [(1, 4), (2, 8), (3, 16), (4, 32), (5, 60), (6, 60), (1000, 60), (Int.max, 60)])
    func `the server is away: longer and longer, up to a minute, spread over its second half`(
        failures: Int, ceiling: Int
    ) {
        let pauses = (0..<200).map { _ in CheckInService.pause(nil, failures: failures) }
        #expect(pauses.allSatisfy { (.milliseconds(500 * ceiling) ... .seconds(ceiling)).contains($0) })
        #expect(Set(pauses).count > 20, "devices do not come back in step")
    }
}
