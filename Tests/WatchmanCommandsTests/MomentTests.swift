import Foundation
import Testing

@testable import WatchmanCommands

@Suite struct MomentTests {
    @Test func `a moment is told by its age or exactly`() {
        let now = CommandSamples.now
        #expect(Moment.ago(nil, now: now) == "-")
        #expect(Moment.ago(now - 90, now: now) == "1 min ago")
        #expect(Moment.ago(now + 90, now: now) == "0 s ago", "the clocks differ")
        #expect(Moment.exact(now) == "2026-09-21 14:13:20 UTC")
        #expect(Moment.exact(Date(timeIntervalSince1970: 0)) == "1970-01-01 00:00:00 UTC")
    }
}
