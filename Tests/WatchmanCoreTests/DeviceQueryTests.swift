import Testing
import WatchmanCore

@Suite struct DeviceQueryTests {
    private static func query(_ parameters: [String: String]) throws -> DeviceQuery {
        try DeviceQuery { parameters[$0] }
    }

    @Test func `without parameters it is the first 100 by name`() throws {
        #expect(try Self.query([:]) == DeviceQuery())
        #expect(DeviceQuery().path == "/api/v1/devices?sort=name&limit=100")
        let empty = ["search": "", "state": "", "tag": "", "sort": "", "reverse": "", "after": "", "limit": ""]
        #expect(try Self.query(empty) == DeviceQuery())
    }

    @Test func `what is written into a path is read back`() throws {
        let query = DeviceQuery(
            search: "50% & \"a\"=\u{e9}/?#+", state: .offline, tag: "site=x", sort: .lastSeen, isReversed: true,
            after: "a-_", limit: 7)
        #expect(
            query.path == "/api/v1/devices?search=50%25%20%26%20%22a%22%3D%C3%A9%2F%3F%23%2B&state=offline"
                + "&tag=site%3Dx&sort=last-seen&reverse=true&after=a-_&limit=7")
        let read = try Self.query([
            "search": "50% & \"a\"=\u{e9}/?#+", "state": "offline", "tag": "site=x", "sort": "last-seen",
            "reverse": "true", "after": "a-_", "limit": "7",
        ])
        #expect(read == query)
    }

    @Test(arguments: [
        ("state", "on"), ("state", "ONLINE"), ("sort", "color"), ("reverse", "yes"), ("limit", "0"), ("limit", "1001"),
        ("limit", "-1"), ("limit", "1e3"), ("limit", "99999999999999999999"), ("search", "a\0"),
        ("search", "\u{1b}[2J"),
        ("search", "\u{202e}x"), ("search", String(repeating: "x", count: 254)), ("tag", "a\nb"), ("tag", "\t"),
    ])
    func `what no list can answer is refused by its name`(name: String, value: String) {
        let error = #expect(throws: WatchmanError.self) { try Self.query([name: value]) }
        #expect(error?.code == .invalid)
        #expect(error?.message.hasPrefix(name) == true)
    }
}
