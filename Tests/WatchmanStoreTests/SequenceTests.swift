import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct SequenceTests {
    @Test func `a call's number must be higher than every one before`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        for number in [Int64(1), 2, 7, 1 << 40] { try await fixture.store.acceptCall(device: id, sequence: number) }
        for number in [Int64(1 << 40), 7, 8, 0, -1, .min] {
            let error = await #expect(throws: StaleSequence.self) {
                try await fixture.store.acceptCall(device: id, sequence: number)
            }
            #expect(error?.last == 1 << 40)
        }
    }

    @Test func `each device counts for itself`() async throws {
        let fixture = try await StoreFixture()
        let (one, other) = (try await fixture.device().device.id, try await fixture.device().device.id)
        try await fixture.store.acceptCall(device: one, sequence: 9)
        try await fixture.store.acceptCall(device: other, sequence: 1)
    }

    @Test func `a device that is gone makes no call`() async throws {
        let fixture = try await StoreFixture()
        await #expect(throws: StaleSequence.self) {
            try await fixture.store.acceptCall(device: "nobody", sequence: 1)
        }
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
