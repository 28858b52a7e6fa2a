import Testing
import WatchmanCore

@testable import WatchmanCommands

@Suite struct LifetimeTests {
    @Test(arguments: [
        ("90s", 90), ("1m", 60), ("1h", 3600), ("2d", 172_800), ("366d", 31_622_400), ("007m", 420),
    ])
    func `a number and a unit make a lifetime`(text: String, seconds: Int) {
        #expect(Lifetime(argument: text)?.seconds == seconds)
    }

    @Test(arguments: [
        "", "h", "1", "60", "0h", "-1h", "1.5h", "1 h", "1hh", "h1", "1w", "1H", "1h\n", "1h\u{301}", "\u{661}h",
        "1\u{301}h", "1e3s",
        "0x1h", "59s", "367d", "99999999d", "9223372036854775807d", "--1h",
    ])
    func `anything else is none`(text: String) {
        #expect(Lifetime(argument: text)?.seconds == nil)
    }

    @Test(arguments: [("1s", 1), ("90d", 7_776_000), ("3650d", 315_360_000), ("never", 0)])
    func `a key's lifetime may have no end`(text: String, seconds: Int) {
        #expect(KeyLifetime(argument: text)?.seconds == seconds)
    }

    @Test(arguments: ["0s", "0d", "3651d", "Never", "never ", "", "90"]) func `a key lives for a time`(text: String) {
        #expect(KeyLifetime(argument: text)?.seconds == nil)
    }

    @Test func `the default is shown as people type it`() {
        #expect(Lifetime(seconds: 3600).defaultValueDescription == "1h")
        #expect(KeyLifetime(seconds: 365 * 86400).defaultValueDescription == "365d")
        #expect(Lifetime(seconds: 90).defaultValueDescription == "90s")
    }
}
