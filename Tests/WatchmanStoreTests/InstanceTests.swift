import Foundation
import GRDB
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

/// Which check-ins mean that one key is on two machines.
@Suite struct InstanceTests {
    private static let now = StoreFixture.now

    /// Check-ins as `a0 b30 a60`: the first letter of the boot, and seconds from the beginning.
    struct Course: Sendable, CustomTestStringConvertible {
        let steps: String
        let isDuplicate: Bool
        let why: String
        var testDescription: String { "\(self.why): \(self.steps)" }

        init(_ steps: String, _ isDuplicate: Bool, _ why: String) {
            self.steps = steps
            self.isDuplicate = isDuplicate
            self.why = why
        }
    }

    private static func boot(_ letter: Character) -> String { "\(letter)0000000-0000-4000-8000-000000000000" }

    /// Plays a course and gives the device as it is then.
    private static func play(_ steps: String, _ fixture: StoreFixture) async throws -> Device {
        let id = try await fixture.device().device.id
        // What is remembered between check-ins is remembered of devices that sign their calls.
        _ = try await fixture.store.signer(of: id)
        for (index, step) in steps.split(separator: " ").enumerated() {
            let seconds = try #require(TimeInterval(step.dropFirst()))
            let letter = try #require(step.first)
            let report = CheckInRequest(
                facts: Sample.facts(), vitals: Sample.vitals(), tunnelProblem: nil,
                bootID: letter == "-" ? nil : self.boot(letter))
            _ = try await fixture.store.checkIn(
                device: id, sequence: Int64(index) + 1, report, source: "192.0.2.1", now: self.now + seconds)
        }
        return try await fixture.store.device(id).device
    }

    @Test(arguments: [
        Course("a0", false, "one boot"), Course("a0 a30 a60", false, "one boot that goes on"),
        Course("a0 b30", false, "a reboot, or a card in another board"),
        Course("a0 b30 c60 d90", false, "a device that boots again and again"),
        Course("a0 b30 b60 b90", false, "a reboot that stays"),
        Course("a0 -30 a60", false, "an older agent in between"),
        Course("-0 -30", false, "an older agent"), Course("a0 b30 a60", true, "two machines by turns"),
        Course("a0 a30 b45 a60", true, "a copy that starts later"),
        Course("a0 b30 c60 b90", true, "the copy restarts, and both go on"),
        Course("a0 b30 b631 a1500", true, "the other one was noted a quarter of an hour ago"),
        Course("a0 b30 a2000", false, "the other one is gone"),
        Course("a0 b30 a2000 b2030", true, "the other one is not gone"),
    ])
    func `two boots that take turns are two machines, and nothing else is`(course: Course) async throws {
        let fixture = try await StoreFixture()
        let device = try await Self.play(course.steps, fixture)
        #expect(device.isDuplicate == course.isDuplicate)
        let rows = try await fixture.audit(device.id).filter { $0.contains("device.duplicate") }
        #expect(rows.count == (course.isDuplicate ? 1 : 0))
    }

    @Test func `what two machines tell of themselves is kept, and told in the audit table`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        for (index, name) in ["one", "two", "one"].enumerated() {
            let report = CheckInRequest(
                facts: Sample.facts(hostname: name), vitals: Sample.vitals(), tunnelProblem: nil,
                bootID: Self.boot(name == "one" ? "a" : "b"))
            _ = try await fixture.store.checkIn(
                device: id, sequence: Int64(index) + 1, report, source: "192.0.2.\(name.utf8.count + index)",
                now: Self.now + TimeInterval(index))
        }
        let instances = try await fixture.store.instances(device: id)
        #expect(instances.map(\.hostname) == ["one", "two"])
        #expect(instances.map(\.source) == ["192.0.2.5", "192.0.2.4"])
        #expect(instances.map(\.lastSeen) == [Self.now + 2, Self.now + 1] && instances[0].firstSeen == Self.now)
        #expect(try await fixture.audit(id).last == "device:\(id) device.duplicate two at 192.0.2.4, one at 192.0.2.5")
    }

    @Test func `an instance that goes on is noted every ten minutes, and costs nothing in between`() async throws {
        let fixture = try await StoreFixture()
        let device = try await Self.play("a0 a30 a599", fixture)
        #expect(try await fixture.store.instances(device: device.id).map(\.lastSeen) == [Self.now])
        let later = try await Self.play("a0 a601", fixture)
        #expect(try await fixture.store.instances(device: later.id).map(\.lastSeen) == [Self.now + 601])
    }

    @Test func `the last twenty instances of a week are kept`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        for index in 0..<30 {
            let report = CheckInRequest(
                facts: Sample.facts(), vitals: Sample.vitals(), tunnelProblem: nil, bootID: "abcd-\(index)")
            _ = try await fixture.store.checkIn(
                device: id, sequence: Int64(index) + 1, report, now: Self.now + TimeInterval(index * 3600))
        }
        #expect(
            try await fixture.store.instances(device: id).map(\.bootID) == (10..<30).reversed().map { "abcd-\($0)" })
        let report = CheckInRequest(
            facts: Sample.facts(), vitals: Sample.vitals(), tunnelProblem: nil, bootID: "beef")
        _ = try await fixture.store.checkIn(device: id, sequence: 100, report, now: Self.now + 8 * 86400 + 29 * 3600)
        #expect(try await fixture.store.instances(device: id).map(\.bootID) == ["beef"])
    }

    @Test(arguments: ["", "abc", "ABCD", "abcd'--", "abcd*", "abcd\u{1b}", String(repeating: "a", count: 37)])
    func `a boot that is none is not noted`(bootID: String) async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        let report = CheckInRequest(
            facts: Sample.facts(), vitals: Sample.vitals(), tunnelProblem: nil, bootID: bootID)
        _ = try await fixture.store.checkIn(device: id, sequence: 1, report, now: Self.now)
        #expect(try await fixture.store.instances(device: id).isEmpty)
    }

    @Test func `a choice names one instance of a duplicate`() async throws {
        let fixture = try await StoreFixture()
        let single = try await Self.play("a0", fixture)
        let device = try await Self.play("a0 b30 a60 b90", fixture)
        let attempts: [(String, String, WatchmanError.Code)] = [
            (single.id, "a000", .conflict), (device.id, "c000", .notFound), (device.id, "a*", .invalid),
            (device.id, "", .invalid), (device.id, "a", .invalid),
        ]
        for (reference, instance, code) in attempts {
            let error = await #expect(throws: WatchmanError.self) {
                try await fixture.store.choose(reference, instance: instance, actor: "local", now: Self.now)
            }
            #expect(error?.code == code)
        }
        let chosen = try await fixture.store.choose(device.id, instance: "a000", actor: "local", now: Self.now)
        #expect(chosen.device.chosenBootID == Self.boot("a"))
        #expect(
            try await fixture.store.instances(device: device.id).filter(\.isChosen).map(\.bootID) == [Self.boot("a")])
        #expect(try await fixture.audit(device.id).last == "local device.choose \(Self.boot("a"))")
    }
}
