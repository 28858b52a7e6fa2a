import Foundation
import Testing
import WatchmanCore

@Suite struct BackupNameTests {
    @Test func `a name says when, in UTC`() {
        let date = Date(timeIntervalSince1970: 1_795_501_800.9)
        #expect(BackupName.of(date) == "watchman-20261124T063000Z.tar")
        #expect(BackupName.date("watchman-20261124T063000Z.tar") == Date(timeIntervalSince1970: 1_795_501_800))
    }

    @Test(arguments: [
        "", "watchman-20261124T063000Z", "watchman-20261124T063000Z.tar.verified", "Watchman-20261124T063000Z.tar",
        "watchman-20261324T063000Z.tar", "watchman-20260230T063000Z.tar", "watchman-20261124T246000Z.tar",
        "watchman-20261124T063060Z.tar", "watchman-2026112aT063000Z.tar", "watchman-20261124t063000Z.tar",
        "watchman-20261124T06300Z0.tar", "../watchman-20261124T063000Z.tar", "watchman-20261124T063000Z.tar\n",
        "watchman-20261124T063000Z.tar/", "watchman-2026112\u{661}T063000Z.tar", "watchman-20261124T063000Z.tar\u{301}",
        "watchman-\u{661}0261124T06300Z.tar", "..", "/etc/passwd00000000000000.tar",
    ])
    func `anything else names no backup`(text: String) {
        #expect(BackupName.date(text) == nil)
        let error = #expect(throws: WatchmanError.self) { try BackupName.check(text) }
        #expect(error?.code == .notFound)
    }

    @Test func `names sort as their times do`() {
        let dates = [0, 1, 86_400, 951_782_400, 1_795_501_800, 4_102_444_800].map(Date.init(timeIntervalSince1970:))
        #expect(dates.map(BackupName.of).sorted() == dates.map(BackupName.of))
        #expect(dates.map { BackupName.date(BackupName.of($0)) } == dates)
    }
}
