import Testing

@testable import WatchmanGateway

@Suite struct HealthScheduleTests {
    private static let begin = ContinuousClock.now

    @Test func `a new tunnel is asked soon, one that answers rarely, one that is silent less and less`() {
        var schedule = HealthSchedule()
        var now = Self.begin
        #expect(schedule.due([1: 7], at: now) == [], "its sshd may not be there yet")
        now += .milliseconds(300)
        #expect(schedule.due([1: 7], at: now) == [1])
        schedule.take(1, answers: true, at: now)
        #expect(schedule.due([1: 7], at: now + .seconds(599)) == [])
        now += .seconds(1800)
        #expect(schedule.due([1: 7], at: now) == [1])
        for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
            schedule.take(1, answers: false, at: now)
            #expect(schedule.due([1: 7], at: now + .milliseconds(pause * 1000 - 1)) == [])
            now += .seconds(pause)
            #expect(schedule.due([1: 7], at: now) == [1])
        }
    }

    @Test func `another connection is another tunnel, and one that is gone is forgotten`() {
        var schedule = HealthSchedule()
        _ = schedule.due([1: 7], at: Self.begin)
        let later = Self.begin + .seconds(1)
        schedule.take(1, answers: true, at: later)
        #expect(schedule.due([1: 8], at: later) == [])
        #expect(schedule.due([1: 8], at: later + .seconds(1)) == [1])
        #expect(schedule.due([:], at: later + .seconds(2)) == [])
        schedule.take(1, answers: false, at: later)
    }

    @Test func `a fleet that comes back is asked in parts, each once in its turn`() {
        var schedule = HealthSchedule()
        let fleet = Dictionary(uniqueKeysWithValues: (1...120).map { ($0, UInt64($0)) })
        _ = schedule.due(fleet, at: Self.begin)
        let later = Self.begin + .seconds(1)
        var asked: [Int] = []
        for count in [50, 50, 20, 0] {
            let due = schedule.due(fleet, at: later)
            #expect(due.count == count)
            for port in due { schedule.take(port, answers: true, at: later) }
            asked += due
        }
        #expect(asked.sorted() == Array(1...120))
    }
}
