import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanAgent

@Suite struct AliveRhythmTests {
    private static let silent = SSHProblem("Timeout, server tower.example not responding.")
    private static let reset = SSHProblem("client_loop: send disconnect: Broken pipe")
    private static let ended = SSHProblem("Connection to tower.example closed by remote host.")
    private static let unreachable = SSHProblem("ssh: connect to host tower.example port 2222: No route to host")

    /// The intervals with which tunnels are made that end like this after so many seconds.
    private static func intervals(_ profile: NetworkProfile, _ ends: [(SSHProblem, life: Int)]) -> [Int] {
        var rhythm = AliveRhythm()
        return ends.map { end, life in
            let timing = rhythm.apply(to: TunnelTiming(profile))
            _ = rhythm.note(end, life: .seconds(life), timing)
            return rhythm.apply(to: TunnelTiming(profile)).aliveInterval
        }
    }

    @Test func `a NAT that forgets is asked twice as often, until it does not`() {
        #expect(Self.intervals(.lte, [(Self.silent, 180), (Self.silent, 180)]) == [60, 30])
        #expect(Self.intervals(.lte, [(Self.reset, 60), (Self.reset, 61), (Self.reset, 40)]) == [60, 30, 30])
        #expect(Self.intervals(.lte, Array(repeating: (Self.reset, 60), count: 9)) == [60, 30, 30, 15, 15, 7, 7, 7, 7])
        #expect(Self.intervals(.wifi, Array(repeating: (Self.reset, 14), count: 4)) == [10, 5, 5, 5])
        #expect(Self.intervals(.wired, Array(repeating: (Self.silent, 15), count: 4)) == [5, 5, 5, 5])
    }

    @Test func `what else ends tunnels teaches nothing`() {
        for end in [Self.ended, Self.unreachable] {
            #expect(Self.intervals(.lte, Array(repeating: (end, 100), count: 5)).last == 60)
        }
        #expect(Self.intervals(.lte, [(Self.silent, 3600), (Self.silent, 3600)]).last == 60, "they lasted")
        #expect(Self.intervals(.lte, [(Self.silent, 180), (Self.ended, 3600), (Self.silent, 180)]).last == 60)
        #expect(Self.intervals(.lte, [(Self.reset, 3), (Self.reset, 3)]).last == 60, "no question was asked yet")
    }

    @Test func `attempts in between that fail are no sign that connections last`() {
        #expect(Self.intervals(.lte, [(Self.silent, 180), (Self.unreachable, 3), (Self.silent, 180)]).last == 30)
    }
}
