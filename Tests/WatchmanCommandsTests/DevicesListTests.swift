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

    /// The names that this command line selects, in order.
    private static func names(_ arguments: String...) throws -> [String] {
        let command = try Watchman.parseAsRoot(["devices", "list"] + arguments)
        return try #require(command as? Watchman.DevicesList).select(self.devices).map(\.name)
    }

    @Test func `without options all devices are listed by name`() throws {
        #expect(try Self.names() == ["attic", "barn", "cellar", "tower"])
        #expect(try Watchman.parseAsRoot(["devices"]) is Watchman.DevicesList)
    }

    @Test func `a search looks at id, name and tags`() throws {
        #expect(try Self.names("--search", "ow") == ["tower"])
        #expect(try Self.names("--search", "bbb") == ["cellar"])
        #expect(try Self.names("--search", "berlin") == ["attic"])
        #expect(try Self.names("--search", "nothing") == [])
        #expect(try Self.names("--search", "*") == [])
    }

    @Test func `state and tag narrow the list, together`() throws {
        #expect(try Self.names("--state", "online") == ["barn", "tower"])
        #expect(try Self.names("--state", "offline") == ["attic", "cellar"])
        #expect(try Self.names("--tag", "arm") == ["attic", "barn"])
        #expect(try Self.names("--tag", "ar") == [])
        #expect(try Self.names("--tag", "arm", "--state", "online") == ["barn"])
        #expect(try Self.names("--tag", "arm", "--state", "online", "--search", "attic") == [])
    }

    @Test func `every order puts the rows as it says, names breaking ties`() throws {
        #expect(try Self.names("--sort", "id") == ["tower", "cellar", "attic", "barn"])
        #expect(try Self.names("--sort", "name") == ["attic", "barn", "cellar", "tower"])
        #expect(try Self.names("--sort", "state") == ["attic", "cellar", "barn", "tower"])
        #expect(try Self.names("--sort", "port") == ["cellar", "tower", "attic", "barn"])
        #expect(try Self.names("--sort", "last-seen") == ["barn", "tower", "attic", "cellar"])
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

    @Test func `10,000 devices are selected and laid out`() throws {
        let devices = (0..<10_000).map { CommandSamples.device("id\($0)", "name-\($0)", port: 20000 + $0) }
        let list = try #require(try Watchman.parseAsRoot(["devices", "--sort", "port"]) as? Watchman.DevicesList)
        #expect(Watchman.DevicesList.table(list.select(devices.reversed()), now: Self.now).count == 10_001)
    }
}
