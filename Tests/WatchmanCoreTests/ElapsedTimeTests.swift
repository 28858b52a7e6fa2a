import Testing
import WatchmanCore

@Suite struct ElapsedTimeTests {
    static let spans: [(Double, String)] = [
        (0, "0 s"), (0.9, "0 s"), (1, "1 s"), (59.99, "59 s"), (60, "1 min"), (119, "1 min"), (3599, "59 min"),
        (3600, "1 h"), (86399, "23 h"), (86400, "1 d"), (777_600, "9 d"), (1e15, "11574074074 d"),
    ]

    @Test(arguments: spans)
    func `a span is told in its largest whole unit`(seconds: Double, expected: String) {
        #expect(ElapsedTime.words(seconds) == expected)
    }

    @Test(arguments: [-1, -0.0, -1e300, -Double.infinity, Double.nan, -Double.nan, Double.signalingNaN])
    func `what is no span counts as nothing`(seconds: Double) {
        #expect(ElapsedTime.words(seconds) == "0 s")
    }

    @Test(arguments: [1e300, Double.infinity, Double.greatestFiniteMagnitude, 9_223_372_036_854_775_808])
    func `a span beyond all numbers does not trap`(seconds: Double) {
        #expect(!ElapsedTime.words(seconds).isEmpty)
    }
}
