import ArgumentParser
import Foundation
import Testing
import WatchmanCore

@testable import WatchmanCommands

@Suite struct DevicesListTests {
    private static let now = CommandSamples.now
    private static let devices = [
        CommandSamples.device(
            "cccc", "attic", .offline, port: 20002, lastSeen: now - 7200, tags: ["arm", "site=berlin"]),
        CommandSamples.device("aaaa", "tower", .online, port: 20001, lastSeen: now - 5, tags: ["x86"]),
        CommandSamples.device("bbbb", "cellar", .offline, port: 20000, lastSeen: nil),
        CommandSamples.device("dddd", "barn", .online, port: 20003, lastSeen: now - 5, tags: ["arm"]),
    ]

    private static func query(_ arguments: String...) throws -> DeviceQuery {
        let command = try Watchman.parseAsRoot(["devices"] + arguments)
        return try #require(command as? Watchman.DevicesList).query
    }

    @Test func `options become the query`() throws {
        #expect(try Self.query() == DeviceQuery())
        #expect(try Self.query("list", "--sort", "last-seen", "--reverse").sort == .lastSeen)
        #expect(
            try Self.query("--search", "a b", "--state", "offline", "--tag", "site=x", "--reverse")
                == DeviceQuery(search: "a b", state: .offline, tag: "site=x", isReversed: true))
        #expect(throws: (any Error).self) { try Self.query("--sort", "nonsense") }
    }

    @Test func `the table is this text`() {
        #expect(
            Watchman.DevicesList.table(Self.devices, now: Self.now) == [
                "ID    NAME    STATE    GATEWAY     LAST SEEN  VERSION  TAGS",
                "cccc  attic   offline  main:20002  2 h ago    0.1.0    arm,site=berlin",
                "aaaa  tower   online   main:20001  5 s ago    0.1.0    x86",
                "bbbb  cellar  offline  main:20000  -          0.1.0    ",
                "dddd  barn    online   main:20003  5 s ago    0.1.0    arm",
            ])
    }

    @Test func `10,000 devices are laid out`() {
        let devices = (0..<10_000).map { CommandSamples.device("id\($0)", "name-\($0)", port: 20000 + $0) }
        #expect(Watchman.DevicesList.table(devices, now: Self.now).count == 10_001)
    }
}
