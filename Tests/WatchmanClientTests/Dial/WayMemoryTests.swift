import Testing
import WatchmanCore

@testable import WatchmanClient

@Suite struct WayMemoryTests {
    private static let all = TunnelWay.allCases

    @Test func `with nothing remembered the best way is tried first`() {
        #expect(WayMemory.order(nil, Self.all, now: 7) == Self.all)
        #expect(WayMemory.order(nil, [.direct, .tls], now: 7) == [.direct, .tls])
    }

    @Test func `a way that is not there any more is forgotten`() {
        #expect(WayMemory.order(WayMemory(.proxy, now: 5), [.direct, .tls], now: 7) == [.direct, .tls])
    }

    @Test func `what worked comes first, and better ways come next`() {
        let memory = WayMemory(.proxy, now: 1000)
        #expect(WayMemory.order(memory, Self.all, now: 1001) == [.proxy, .direct, .otherPort])
        #expect(WayMemory.order(memory, Self.all, now: 1000 + 3599) == [.proxy, .direct, .otherPort])
    }

    @Test func `after an hour better ways are tried first, and then not for another hour`() {
        let memory = WayMemory(.tls, now: 1000)
        #expect(WayMemory.order(memory, [.direct, .tls], now: 4600) == [.direct, .tls])
        let later = memory.worked(.tls, now: 4600)
        #expect(WayMemory.order(later, [.direct, .tls], now: 4601) == [.tls, .direct])
        #expect(memory.worked(.tls, now: 2000) == memory, "nothing to write")
        #expect(memory.worked(.direct, now: 4600) == WayMemory(.direct, now: 4600))
    }

    @Test func `a worse way is tried only when the usual one has failed for a minute`() {
        let memory = WayMemory(.direct, now: 1000)
        #expect(WayMemory.order(memory, Self.all, now: 2000) == [.direct])
        let failing = memory.failed(now: 2000).failed(now: 2050)
        #expect(WayMemory.order(failing, Self.all, now: 2059) == [.direct])
        #expect(WayMemory.order(failing, Self.all, now: 2060) == Self.all)
        #expect(failing.worked(.direct, now: 2060) == memory)
    }

    @Test func `a file from before the machine started counts as old`() {
        let memory = WayMemory(.tls, now: 90_000)
        #expect(WayMemory.order(memory, [.direct, .tls], now: 10) == [.direct, .tls])
        #expect(
            WayMemory.order(WayMemory(.direct, now: 5).failed(now: 9000), [.direct, .tls], now: 10) == [.direct, .tls])
    }
}
