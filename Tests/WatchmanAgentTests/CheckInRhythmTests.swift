import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanAgent

@Suite struct CheckInRhythmTests {
    private static func answer(_ isUp: Bool, interval: Int = 30) -> CheckInResponse {
        CheckInResponse(
            tunnelIsUp: isUp, interval: interval, passwordIsPending: false, enrolment: AgentFixture.enrolment())
    }

    private static func rhythm(_ answers: CheckInResponse?...) -> CheckInRhythm {
        answers.reduce(into: CheckInRhythm()) { $0.note($1) }
    }

    @Test(arguments: [
        (30, 30), (5, 5), (4, 5), (0, 5), (-1, 5), (Int.min, 5), (3600, 3600), (3601, 3600), (Int.max, 3600),
    ])
    func `all is well: the server's interval, within reason`(interval: Int, expected: Int) {
        let answer = Self.answer(true, interval: interval)
        #expect(Self.rhythm(answer).pause(answer) == .seconds(expected))
    }

    @Test(arguments: [0, 30, Int.max]) func `the tunnel is coming up: two seconds`(interval: Int) {
        let answer = Self.answer(false, interval: interval)
        #expect(Self.rhythm(answer).pause(answer) == .seconds(2))
    }

    @Test(arguments: [NetworkProfile.lte, .satellite]) func `who pays for data is not hurried`(
        profile: NetworkProfile
    ) {
        #expect(Self.rhythm(Self.answer(true)).pause(Self.answer(true), profile) == .seconds(1800))
        #expect(Self.rhythm(Self.answer(true)).pause(Self.answer(true, interval: 2700), profile) == .seconds(2700))
        var rhythm = CheckInRhythm()
        for _ in 0..<5 { rhythm.note(Self.answer(false)) }
        #expect(rhythm.pause(Self.answer(false), profile) == .seconds(2))
        rhythm.note(Self.answer(false))
        #expect(rhythm.pause(Self.answer(false), profile) == .seconds(600))
    }

    @Test func `a tunnel that does not come up is no reason to hurry for ever`() {
        let answer = Self.answer(false)
        var rhythm = CheckInRhythm()
        for _ in 0..<31 { rhythm.note(answer) }
        #expect(rhythm.pause(answer) == .seconds(30))
        rhythm.note(Self.answer(true))
        rhythm.note(answer)
        #expect(rhythm.pause(answer) == .seconds(2))
    }

    @Test(arguments: [(1, 4), (2, 8), (3, 16), (4, 32), (5, 60), (6, 60), (1000, 60)])
    func `the server is away: longer and longer, up to a minute, spread over its second half`(
        failures: Int, ceiling: Int
    ) {
        var rhythm = CheckInRhythm()
        for _ in 0..<failures { rhythm.note(nil) }
        let pauses = (0..<200).map { _ in rhythm.pause(nil) }
        #expect(pauses.allSatisfy { (.milliseconds(500 * ceiling) ... .seconds(ceiling)).contains($0) })
        #expect(Set(pauses).count > 20, "devices do not come back in step")
    }

    @Test func `a connection is a delusion when the gateway has denied it for long enough`() throws {
        let (one, other) = (TCPPeers.Endpoint("192.0.2.7", port: 1), TCPPeers.Endpoint("192.0.2.7", port: 2))
        let (patience, start) = (Duration.seconds(10), ContinuousClock.now)
        var rhythm = CheckInRhythm()
        func isDenied(_ connection: TCPPeers.Endpoint?, at seconds: Int) -> Bool {
            rhythm.note(Self.answer(false))
            return rhythm.isDenied(connection, patience: patience, now: start + .seconds(seconds))
        }
        #expect(!isDenied(one, at: 0) && !isDenied(one, at: 2) && !isDenied(one, at: 9))
        #expect(!isDenied(other, at: 11), "another connection has its own time")
        #expect(!isDenied(nil, at: 30) && !isDenied(other, at: 32))
        #expect(isDenied(other, at: 42))
    }

    @Test func `an answer that the port is held open takes all doubts away`() {
        let connection = TCPPeers.Endpoint("192.0.2.7", port: 1)
        let start = ContinuousClock.now
        var rhythm = CheckInRhythm()
        for (second, isUp) in [(0, false), (2, false), (8, true), (20, false), (22, false), (29, false)] {
            rhythm.note(Self.answer(isUp))
            let isDenied = rhythm.isDenied(connection, patience: .seconds(10), now: start + .seconds(second))
            #expect(!isDenied)
        }
    }
}
