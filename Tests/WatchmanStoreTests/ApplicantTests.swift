import Foundation
import GRDB
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct ApplicantTests {
    private static let now = StoreFixture.now

    private static func approve(
        _ fixture: StoreFixture, _ id: String, name: String? = nil, now: Date = now
    ) async throws -> DeviceInfo {
        try await fixture.store.approve(id, name: name, gateway: "main", occupied: [], actor: "user:alice", now: now)
    }

    @Test func `a device with a manual token waits and takes one use of it`() async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token(uses: 1, tags: ["arm"], approval: .manual)
        let key = SSHPrivateKey.generate().publicKey
        let first = try await fixture.applicant(token, key: key)
        let again = try await fixture.applicant(token, key: key, now: Self.now + 1e6)
        #expect(first.id == again.id && first.source == StoreFixture.source)
        #expect(try await fixture.uses(token) == 1)
        #expect(try await fixture.store.devices().isEmpty)
        let rows = try await fixture.store.applicants(in: nil)
        #expect(rows.map(\.id) == [first.id] && rows.first?.tags == ["arm"])
        #expect(rows.first?.keyFingerprint == key.fingerprint && rows.first?.state == .waiting)
        #expect(try await fixture.audit(first.id) == ["token:\(token.id) device.apply edge"])
        await RegistrationTests.expectForbidden("the join token \(token.id) is used up") {
            try await fixture.register(token)
        }
    }

    @Test func `an approved applicant is a device with the same id, and approving it again changes nothing`()
        async throws
    {
        let fixture = try await StoreFixture()
        let token = try await fixture.token(uses: 1, tags: ["arm"], approval: .manual)
        let key = SSHPrivateKey.generate().publicKey
        let applicant = try await fixture.applicant(token, key: key, name: "edge-7")
        let info = try await Self.approve(fixture, applicant.id, now: Self.now + 60)
        #expect(info.device.id == applicant.id && info.device.name == "edge-7" && info.tags == ["arm"])
        #expect(info.port == 1100 && info.device.createdAt == Self.now + 60)
        #expect(try await fixture.store.applicants(in: nil).isEmpty)
        let again = try await Self.approve(fixture, applicant.id, name: "other")
        #expect(again.device.name == "edge-7")
        #expect(
            try await fixture.audit(applicant.id) == [
                "token:\(token.id) device.apply edge-7", "user:alice device.approve edge-7",
            ])
        let asked = try await fixture.register(token, key: key)
        #expect(!asked.isNew && asked.info.device.id == applicant.id)
        let error = await #expect(throws: WatchmanError.self) {
            try await fixture.store.reject(applicant.id, actor: "local", now: Self.now)
        }
        #expect(error?.code == .conflict)
    }

    @Test func `a rejected device learns it, and comes back only with another token`() async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token(approval: .manual)
        let key = SSHPrivateKey.generate().publicKey
        let applicant = try await fixture.applicant(token, key: key)
        for _ in 0..<2 {
            let row = try await fixture.store.reject(applicant.id, actor: "user:bob", now: Self.now)
            #expect(row.state == .rejected)
        }
        #expect(try await fixture.audit(applicant.id).count == 2)
        let refused = await #expect(throws: WatchmanError.self) { try await fixture.applicant(token, key: key) }
        #expect(refused?.code == .forbidden && refused?.message.contains("was rejected") == true)
        let late = await #expect(throws: WatchmanError.self) { try await Self.approve(fixture, applicant.id) }
        #expect(late?.code == .conflict)
        let other = try await fixture.token(approval: .manual)
        let second = try await fixture.applicant(other, key: key)
        #expect(second.id != applicant.id)
        #expect(try await Self.approve(fixture, second.id).device.publicKey == key.line)
    }

    @Test func `a token that lets in at once lets in who waits`() async throws {
        let fixture = try await StoreFixture()
        let key = SSHPrivateKey.generate().publicKey
        _ = try await fixture.applicant(key: key)
        #expect(try await fixture.register(try await fixture.token(), key: key).isNew)
        #expect(try await fixture.store.applicants(in: nil).isEmpty)
    }

    @Test func `a name that is taken is refused when it is approved, and nothing is lost`() async throws {
        let fixture = try await StoreFixture()
        _ = try await fixture.device(name: "tower")
        let applicant = try await fixture.applicant(name: "tower")
        let error = await #expect(throws: WatchmanError.self) { try await Self.approve(fixture, applicant.id) }
        #expect(error == WatchmanError(.conflict, "the name tower is taken"))
        #expect(try await fixture.store.applicants(in: nil).map(\.id) == [applicant.id])
        #expect(try await Self.approve(fixture, applicant.id, name: "tower-2").device.name == "tower-2")
        let bad = await #expect(throws: WatchmanError.self) { try await fixture.applicant(name: "-x") }
        #expect(bad?.code == .invalid)
    }

    @Test func `at most a thousand wait`() async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token(uses: 2000, approval: .manual)
        let first = try await fixture.applicant(token)
        try await fixture.store.write { db in
            for number in 1..<Store.mostApplicants {
                var copy = first
                (copy.id, copy.publicKey) = ("a\(number)", "key \(number)")
                try copy.insert(db)
            }
        }
        let error = await #expect(throws: WatchmanError.self) { try await fixture.applicant(token) }
        #expect(error?.code == .exhausted && error?.hint == "watchman devices pending")
        #expect(try await fixture.uses(token) == 1)
        _ = try await fixture.store.reject(first.id, actor: "local", now: Self.now)
        _ = try await fixture.applicant(token)
    }

    @Test func `of a yes and a no at once exactly one counts`() async throws {
        let fixture = try await StoreFixture()
        for _ in 0..<20 {
            let id = try await fixture.applicant().id
            async let yes = Result { try await Self.approve(fixture, id) }
            async let no = Result { try await fixture.store.reject(id, actor: "user:bob", now: Self.now) }
            let results = await ((try? yes.get()) != nil, (try? no.get()) != nil)
            #expect(results.0 != results.1)
        }
    }

    @Test func `of twenty who approve at once all get the one device`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.applicant().id
        let ports = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await Self.approve(fixture, id).port } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ports == [1100])
        #expect(try await fixture.count("SELECT COUNT(*) FROM audit WHERE action = 'device.approve'") == 1)
    }

    @Test func `what is no applicant is not found`() async throws {
        let fixture = try await StoreFixture()
        for id in ["", "nobody", "*", "a b", "\u{1b}[2J"] {
            let error = await #expect(throws: WatchmanError.self) { try await Self.approve(fixture, id) }
            #expect(error?.code == .notFound && error?.message.contains("\u{1b}") == false)
        }
    }

    @Test func `an applicant resembles the offline device with its serial number or machine id`() async throws {
        let fixture = try await StoreFixture()
        var facts = Sample.facts()
        (facts.machineID, facts.serial) = ("aaaa", "S-1")
        let token = try await fixture.token()
        let old = try await fixture.register(token, name: "old", facts: facts).info
        facts.machineID = "bbbb"
        _ = try await fixture.applicant(facts: facts, now: Self.now + 60)
        var rows = try await fixture.store.applicants(in: nil)
        #expect(rows.first?.resembles == Resemblance(id: old.device.id, name: "old", trait: .serial))
        facts.serial = nil
        facts.machineID = "aaaa"
        _ = try await fixture.applicant(facts: facts, now: Self.now + 90)
        rows = try await fixture.store.applicants(in: nil)
        #expect(rows.last?.resembles?.trait == .machineID)
        _ = try await fixture.store.record(gateway: "main", up: [old.port], down: [], now: Self.now)
        rows = try await fixture.store.applicants(in: nil)
        #expect(rows.allSatisfy { $0.resembles == nil }, "a device that is online is there")
    }

    @Test func `those with a scope see and decide what their tokens would put there, and nothing else`() async throws {
        let fixture = try await StoreFixture()
        let bob = Principal(name: "user:bob", scope: try DeviceSelector("site=berlin"))
        let berlin = try await fixture.applicant(try await fixture.token(tags: ["site=berlin"], approval: .manual))
        let paris = try await fixture.applicant(try await fixture.token(tags: ["site=paris"], approval: .manual))
        #expect(try await fixture.store.applicants(in: bob.scope).map(\.id) == [berlin.id])
        #expect(try await fixture.store.applicantCount(in: bob.scope) == 1)
        #expect(try await fixture.store.applicantCount(in: nil) == 2)
        let attempts: [() async throws -> Void] = [
            {
                _ = try await fixture.store.approve(
                    paris.id, name: nil, gateway: "main", occupied: [], actor: bob, now: Self.now)
            },
            { _ = try await fixture.store.reject(paris.id, actor: bob, now: Self.now) },
            {
                _ = try await fixture.store.replace(paris.id, with: berlin.id, actor: bob, now: Self.now) { _, _, _ in
                    Data()
                }
            },
        ]
        for attempt in attempts {
            let error = await #expect(throws: WatchmanError.self) { try await attempt() }
            #expect(error?.code == .notFound)
        }
        let info = try await fixture.store.approve(
            berlin.id, name: nil, gateway: "main", occupied: [], actor: bob, now: Self.now)
        #expect(info.tags == ["site=berlin"])
        _ = try await Self.approve(fixture, paris.id, name: "paris")
        for (old, new) in [("paris", info.device.name), (info.device.name, "paris")] {
            let error = await #expect(throws: WatchmanError.self) {
                try await fixture.store.replace(old, with: new, actor: bob, now: Self.now) { _, _, _ in Data() }
            }
            #expect(error?.code == .notFound)
        }
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous body gives or throws.
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
