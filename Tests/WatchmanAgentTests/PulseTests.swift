import Testing

@testable import WatchmanAgent

@Suite struct PulseTests {
    @Test func `an agent lives while each of its loops was seen in the last minutes`() {
        let (pulse, now) = (Pulse(), ContinuousClock.now)
        #expect(pulse.isAlive(at: now), "it has only begun")
        for loop in Pulse.Loop.allCases { pulse.beat(loop) }
        #expect(pulse.isAlive(at: now + .seconds(299)))
        #expect(!pulse.isAlive(at: now + .seconds(310)))
    }

    @Test func `one loop that hangs is enough`() {
        let pulse = Pulse()
        pulse.beat(.network)
        #expect(!pulse.isAlive(at: ContinuousClock.now + .seconds(301)))
    }
}
