import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct SequenceTests {
    @Test func `a call's number must be higher than every one before`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        for number in [Int64(1), 2, 7] { _ = try await fixture.store.acceptCall(device: id, sequence: number) }
        for number in [Int64(8), 9, 1 << 40] { _ = try await fixture.checkIn(id, number) }
        for number in [Int64(1 << 40), 7, 8, 0, -1, .min] {
            let error = await #expect(throws: StaleSequence.self) {
                try await fixture.store.acceptCall(device: id, sequence: number)
            }
            let same = await #expect(throws: StaleSequence.self) { try await fixture.checkIn(id, number) }
            #expect(error?.last == 1 << 40 && same?.last == 1 << 40)
        }
    }

    @Test func `a report whose number is old changes nothing`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        _ = try await fixture.checkIn(id, 5, hostname: "first")
        _ = try? await fixture.checkIn(id, 5, hostname: "second")
        let device = try await fixture.store.device(id).device
        #expect(device.facts.hostname == "first" && device.sequence == 5)
    }

    @Test func `facts are stored whenever they change, and kept when a report is refused`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        _ = try await fixture.store.signer(of: id)
        for (sequence, hostname) in [(Int64(1), "a"), (2, "a"), (3, "b"), (4, "a"), (4, "c"), (5, "a"), (6, "c")] {
            _ = try? await fixture.checkIn(id, sequence, hostname: hostname)
            let stored = try await fixture.store.device(id).device.facts.hostname
            #expect(stored == (sequence == 4 ? "a" : hostname))
        }
    }

    @Test func `each device counts for itself`() async throws {
        let fixture = try await StoreFixture()
        let (one, other) = (try await fixture.device().device.id, try await fixture.device().device.id)
        _ = try await fixture.store.acceptCall(device: one, sequence: 9)
        _ = try await fixture.store.acceptCall(device: other, sequence: 1)
    }

    @Test func `a device that is gone makes no call`() async throws {
        let fixture = try await StoreFixture()
        let error = await #expect(throws: WatchmanError.self) {
            try await fixture.store.acceptCall(device: "nobody", sequence: 1)
        }
        let same = await #expect(throws: WatchmanError.self) { try await fixture.checkIn("nobody", 1) }
        #expect(error == Store.notEnrolled("nobody") && same == error)
        #expect(try await fixture.store.signer(of: "nobody") == nil)
    }

    @Test func `a device's key is known until it is removed`() async throws {
        let fixture = try await StoreFixture()
        let device = try await fixture.device().device
        for _ in 0..<2 { #expect(try await fixture.store.signer(of: device.id)?.key.line == device.publicKey) }
        _ = try await fixture.store.remove(device.id, actor: "local", now: StoreFixture.now)
        #expect(try await fixture.store.signer(of: device.id) == nil)
    }

    @Test func `of 20 calls with one number at once just one is taken`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        let accepted = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask { (try? await fixture.store.acceptCall(device: id, sequence: 5)) != nil }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(accepted == 1)
    }
}
