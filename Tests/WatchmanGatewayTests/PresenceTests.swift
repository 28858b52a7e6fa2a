import Synchronization
import Testing

@testable import WatchmanGateway

@Suite struct PresenceTests {
    /// Ports on whose loopback nobody listens on any machine.
    private static let range = 1...3

    @Test func `the first look tells how all ports stand, the next ones only what changed`() async {
        let told = Mutex<[(up: Set<Int>, down: Set<Int>)]>([])
        let presence = Presence(range: Self.range) { up, down in
            told.withLock { $0.append((up, down)) }
            return true
        }
        #expect(presence.portsUp.isEmpty && !presence.isUp(1) && !presence.isUpNow(1))
        for _ in 0..<3 { await presence.look() }
        #expect(told.withLock { $0.count } == 1)
        #expect(told.withLock { $0.first?.up } == [])
        #expect(told.withLock { $0.first?.down } == Set(Self.range))
        #expect(presence.portsUp.isEmpty)
    }

    @Test func `what could not be taken is told again`() async {
        let told = Mutex(0)
        let presence = Presence(range: Self.range) { _, _ in
            told.withLock {
                $0 += 1
                return $0 == 3
            }
        }
        for _ in 0..<5 { await presence.look() }
        #expect(told.withLock { $0 } == 3)
    }
}
