import Testing
import WatchmanCore

@testable import WatchmanAgent

/// Numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var value = self.state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}

@Suite struct BackoffTests {
    /// The longest of many devices' waits after each of `count` attempts that ended like this.
    private static func ceilings(
        _ problem: TunnelProblem, life: Duration = .milliseconds(100), count: Int
    ) -> [Duration] {
        let devices = (UInt64(0)..<400).map { seed in
            var (generator, backoff) = (SeededGenerator(seed), Backoff())
            return (0..<count).map { _ in backoff.pause(after: problem, life: life, using: &generator) }
        }
        #expect(devices.joined().allSatisfy { $0 >= .milliseconds(100) && $0 <= .seconds(30) })
        return (0..<count).map { attempt in devices.map { $0[attempt] }.max() ?? .zero }
    }

    @Test func `the waits grow to half a minute, and no further`() {
        let ceilings = Self.ceilings(.keyRefused, count: 12)
        for (found, expected) in zip(ceilings, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]) {
            #expect(found <= .milliseconds(expected) && found > .milliseconds(expected * 9 / 10))
        }
    }

    @Test func `each wait may be any up to its ceiling, so that a fleet does not come back in step`() {
        let waits = (UInt64(0)..<1000).map { seed in
            var (generator, backoff) = (SeededGenerator(seed), Backoff())
            for _ in 0..<6 { _ = backoff.pause(after: .gatewayFull, life: .zero, using: &generator) }
            return backoff.pause(after: .gatewayFull, life: .zero, using: &generator)
        }
        for tenth in 0..<10 {
            let range = Duration.seconds(3 * tenth)..<Duration.seconds(3 * tenth + 3)
            #expect((50...150).contains(waits.filter { range.contains($0) }.count))
        }
    }

    @Test(arguments: [TunnelProblem.noRoute, .networkDown, .name])
    func `who gets no answer stays at it for a quarter of an hour`(problem: TunnelProblem) {
        let ceilings = Self.ceilings(problem, life: .seconds(5), count: 400)
        #expect(ceilings[5..<140].allSatisfy { $0 <= .milliseconds(1500) })
        #expect(ceilings[200...].allSatisfy { $0 > .seconds(20) })
    }

    @Test func `a gateway that is starting is asked often`() {
        #expect(Self.ceilings(.gatewayDown, count: 50).allSatisfy { $0 <= .milliseconds(2500) })
    }

    @Test func `a port that an older connection holds is asked for at once, a few times`() {
        let ceilings = Self.ceilings(.portRefused, count: 12)
        #expect(ceilings.prefix(5).allSatisfy { $0 <= .milliseconds(300) })
        #expect((ceilings.last ?? .zero) > .seconds(20))
    }

    @Test func `after a tunnel that lived, the waits begin anew`() {
        for seed in 0..<100 as Range<UInt64> {
            var (generator, backoff) = (SeededGenerator(seed), Backoff())
            for _ in 0..<20 { _ = backoff.pause(after: .other, life: .zero, using: &generator) }
            let pause = backoff.pause(after: .lost, life: .seconds(60), using: &generator)
            #expect(pause <= .milliseconds(500))
        }
    }

    @Test func `an attempt that took long was no tunnel`() {
        let ceilings = Self.ceilings(.noRoute, life: .seconds(61), count: 30)
        #expect((ceilings.last ?? .zero) > .seconds(20))
    }
}
