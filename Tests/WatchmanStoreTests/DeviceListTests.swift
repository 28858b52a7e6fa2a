import Foundation
import GRDB
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct DeviceListTests {
    private static let now = StoreFixture.now

    /// Four devices: attic and cellar offline, barn and tower online, cellar never seen.
    private static func fleet() async throws -> StoreFixture {
        let fixture = try await StoreFixture()
        for (name, hostname, tags) in [
            ("cellar", "pi-1.example", ["arm", "site=berlin"]), ("tower", "PI-2.example", ["x86"]),
            ("attic", "50%_\\host", ["arm"]), ("barn", "plain", ["ARM", "farm"]),
        ] {
            let id = try await fixture.device(name: name, hostname: hostname).device.id
            let change = DeviceChange(addTags: tags)
            _ = try await fixture.store.change(id, change, actor: "local", now: self.now)
        }
        _ = try await fixture.store.record(gateway: "main", up: [1101, 1103], down: [], now: self.now)
        for (name, age) in [("attic", 7200.0), ("tower", 5), ("barn", 5)] {
            try await fixture.seen(name, self.now - age)
        }
        return fixture
    }

    private static func names(_ fixture: StoreFixture, _ query: DeviceQuery) async throws -> [String] {
        try await fixture.walk(query).map(\.name)
    }

    @Test(arguments: [1, 2, 3, 1000])
    func `every order puts the rows as it says, names breaking ties, page by page`(limit: Int) async throws {
        let fixture = try await Self.fleet()
        let orders: [(DeviceQuery.Order, [String])] = [
            (.name, ["attic", "barn", "cellar", "tower"]), (.state, ["attic", "cellar", "barn", "tower"]),
            (.port, ["cellar", "tower", "attic", "barn"]), (.lastSeen, ["barn", "tower", "attic", "cellar"]),
        ]
        for (sort, names) in orders {
            let query = DeviceQuery(sort: sort, limit: limit)
            #expect(try await Self.names(fixture, query) == names)
            var reversed = query
            reversed.isReversed = true
            #expect(try await Self.names(fixture, reversed) == names.reversed())
        }
        let ids = try await fixture.walk(DeviceQuery(sort: .id, limit: limit)).map(\.id)
        #expect(ids.count == 4 && ids == ids.sorted())
    }

    @Test func `state, tag and search narrow the list, together`() async throws {
        let fixture = try await Self.fleet()
        let expected: [(DeviceQuery, [String])] = [
            (DeviceQuery(state: .online), ["barn", "tower"]), (DeviceQuery(state: .offline), ["attic", "cellar"]),
            (DeviceQuery(state: .offline, sort: .state, limit: 1), ["attic", "cellar"]),
            (DeviceQuery(state: .online, sort: .port, limit: 1), ["tower", "barn"]),
            (DeviceQuery(tag: "arm"), ["attic", "cellar"]), (DeviceQuery(tag: "ar"), []),
            (DeviceQuery(tag: "ARM"), ["barn"]), (DeviceQuery(tag: "site=berlin"), ["cellar"]),
            (DeviceQuery(search: "a", state: .offline, tag: "arm", sort: .lastSeen, limit: 1), ["attic", "cellar"]),
            (DeviceQuery(search: "tower", state: .offline), []),
        ]
        for (query, names) in expected { #expect(try await Self.names(fixture, query) == names, "\(query)") }
    }

    @Test func `a search looks at id, name, host name and tags, in either case`() async throws {
        let fixture = try await Self.fleet()
        let id = try await fixture.store.device("tower").device.id
        let expected: [(String, [String])] = [
            ("owe", ["tower"]), ("TOW", ["tower"]), (id, ["tower"]), ("pi-", ["cellar", "tower"]),
            ("berlin", ["cellar"]),
            ("e=b", ["cellar"]), ("farm", ["barn"]), ("nothing", []),
        ]
        for (search, names) in expected {
            #expect(try await Self.names(fixture, DeviceQuery(search: search)) == names, "\(search)")
        }
    }

    @Test(arguments: [
        ("%", ["attic"]), ("_", ["attic"]), ("\\", ["attic"]), ("0%_\\h", ["attic"]), ("%%", []), ("'", []), ("\"", []),
        ("' OR 1=1 --", []), ("%\u{301}", []), ("*", []), ("?", []), (String(repeating: "%_", count: 126), []),
    ])
    func `nothing in a search is obeyed`(search: String, names: [String]) async throws {
        let fixture = try await Self.fleet()
        #expect(try await Self.names(fixture, DeviceQuery(search: search)) == names)
    }

    @Test(arguments: ["\0", "a\0b", "tower\n", "\t", String(repeating: "a", count: 254)])
    func `a search that no text can hold is refused`(search: String) async throws {
        let fixture = try await Self.fleet()
        let error = await #expect(throws: WatchmanError.self) {
            try await fixture.store.devices(DeviceQuery(search: search))
        }
        #expect(error?.code == .invalid)
    }

    @Test func `what was renamed, tagged or got another host name is found as it is now`() async throws {
        let fixture = try await Self.fleet()
        let change = DeviceChange(name: "roof", addTags: ["blue"], removeTags: ["arm"])
        _ = try await fixture.store.change("attic", change, actor: "local", now: Self.now)
        let id = try await fixture.store.device("roof").device.id
        _ = try await fixture.checkIn(id, 1, hostname: "moved")
        for (search, names) in [
            ("attic", []), ("50%", []), ("roof", ["roof"]), ("blue", ["roof"]), ("moved", ["roof"]),
        ] {
            #expect(try await Self.names(fixture, DeviceQuery(search: search)) == names, "\(search)")
        }
        #expect(try await Self.names(fixture, DeviceQuery(tag: "arm")) == ["cellar"])
        #expect(try await Self.names(fixture, DeviceQuery(tag: "blue")) == ["roof"])
    }

    @Test(arguments: DeviceQuery.Order.allCases, [false, true])
    func `a walk meets each device once while others come and go`(
        sort: DeviceQuery.Order, isReversed: Bool
    ) async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token(uses: 1000)
        var random = SplitMix(seed: 7)
        for number in 0..<40 {
            let name = try await fixture.register(token, name: "edge-\(number)").info.device.name
            if number % 3 > 0 { try await fixture.seen(name, Self.now - Double(number % 5)) }
        }
        _ = try await fixture.store.record(gateway: "main", up: Set(1100..<1120), down: [], now: Self.now)
        let staying = Set((0..<40).filter { $0 % 4 > 0 }.map { "edge-\($0)" })
        var (seen, after, page) = ([String](), String?.none, 0)
        repeat {
            let query = DeviceQuery(sort: sort, isReversed: isReversed, after: after, limit: 3)
            let answer = try await fixture.store.devices(query)
            seen += answer.rows.map(\.name)
            after = answer.next
            try await fixture.register(token, name: "new-\(page)-\(random.next() % 1000)")
            if page < 10 { _ = try await fixture.store.remove("edge-\(page * 4)", actor: "local", now: Self.now) }
            page += 1
        } while after != nil && page < 100
        #expect(Set(seen).count == seen.count, "no row twice")
        #expect(staying.isSubset(of: seen), "none is missed")
    }

    @Test(arguments: ["", "x", "bm9uc2Vuc2U", "e30", "%", "' OR 1=1", String(repeating: "A", count: 9999)])
    func `a cursor that no list gave is refused`(after: String) async throws {
        let fixture = try await Self.fleet()
        let error = await #expect(throws: WatchmanError.self) {
            try await fixture.store.devices(DeviceQuery(after: after))
        }
        #expect(error?.code == .invalid)
    }

    @Test func `a cursor of another order is refused`() async throws {
        let fixture = try await Self.fleet()
        let next = try #require(try await fixture.store.devices(DeviceQuery(sort: .port, limit: 1)).next)
        for query in [DeviceQuery(after: next), DeviceQuery(sort: .port, isReversed: true, after: next)] {
            let error = await #expect(throws: WatchmanError.self) { try await fixture.store.devices(query) }
            #expect(error?.code == .invalid)
        }
    }

    @Test func `devices are counted by state`() async throws {
        let empty = try await StoreFixture().store.fleetCounts()
        #expect(empty == (0, 0))
        let counts = try await Self.fleet().store.fleetCounts()
        #expect(counts == (2, 4))
    }
}

extension StoreFixture {
    /// All rows of a query, page by page.
    func walk(_ query: DeviceQuery) async throws -> [DeviceRow] {
        var (rows, query) = ([DeviceRow](), query)
        repeat {
            let page = try await self.store.devices(query)
            #expect(page.rows.count <= query.limit)
            rows += page.rows
            query.after = page.next
        } while query.after != nil
        return rows
    }

    func seen(_ name: String, _ date: Date) async throws {
        let id = try await self.store.device(name).device.id
        try await self.store.write { db in
            try db.execute(sql: "UPDATE device SET lastSeen = ? WHERE id = ?", arguments: [date, id])
        }
    }
}

/// Random numbers that are the same in every run (Steele and others, 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var z = self.state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
