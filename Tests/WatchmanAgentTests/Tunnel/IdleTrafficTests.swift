import Testing

@testable import WatchmanAgent

@Suite struct IdleTrafficTests {
    private static let start = ContinuousClock.now

    /// What is told after looks ten seconds apart.
    private static func perDay(_ looks: [[UInt64: Int64]]) -> Int64? {
        var traffic = IdleTraffic()
        for (number, look) in looks.enumerated() { traffic.note(look, at: Self.start + .seconds(10 * number)) }
        return traffic.perDay
    }

    @Test func `what passes between two looks is made a day's bytes`() {
        #expect(Self.perDay([]) == nil)
        #expect(Self.perDay([[1: 5000], [1: 5100]]) == nil, "one span may be any")
        #expect(Self.perDay([[1: 5000], [1: 5100], [1: 5200]]) == 864_000)
        #expect(Self.perDay([[1: 50, 2: 50], [1: 100, 2: 100], [1: 150, 2: 150]]) == 864_000)
    }

    @Test func `a new connection counts from its beginning, one that is gone not at all`() {
        #expect(Self.perDay([[1: 5000], [2: 100], [3: 100]]) == 864_000)
        #expect(Self.perDay([[1: 5000], [:], [:]]) == 0)
    }

    @Test func `an admin who was in for a while does not count`() {
        let looks = [0, 100, 200, 9_000_000, 9_000_100, 9_000_200].map { [UInt64(1): Int64($0)] }
        #expect(Self.perDay(looks) == 864_000)
    }

    @Test func `what was long ago is forgotten`() {
        let (busy, idle) = ((0...30).map { Int64($0) * 1000 }, (1...25).map { 30_000 + Int64($0) })
        #expect(Self.perDay((busy + idle).map { [1: $0] }) == 8640)
    }
}
