import Foundation
import HTTPTypes
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// `GET /api/v1/devices` from the URL to the answer.
@Suite struct DeviceListEndpointTests {
    @Test func `pages follow each other until there is no next`() async throws {
        try await ServerFixture.with { fixture in
            for name in ["a", "b", "c"] { _ = try await fixture.device(name: name) }
            let first = try await fixture.admin(.get, "/api/v1/devices?limit=2").decode(DeviceList.self)
            #expect(first.devices.map(\.name) == ["a", "b"])
            let query = DeviceQuery(after: first.next, limit: 2)
            let second = try await fixture.admin(.get, query.path).decode(DeviceList.self)
            #expect(second.devices.map(\.name) == ["c"] && second.next == nil)
        }
    }

    @Test func `the state that SQL filters by is the state that rows show`() async throws {
        try await ServerFixture.with { fixture in
            for name in ["a", "b"] { _ = try await fixture.device(name: name) }
            _ = try await fixture.fleet.store.record(gateway: "main", up: [1101], down: [], now: Date())
            for (state, name) in [(DeviceState.online, "b"), (.offline, "a")] {
                let list = try await fixture.admin(.get, DeviceQuery(state: state).path).decode(DeviceList.self)
                #expect(list.devices.map(\.name) == [name] && list.devices.map(\.state) == [state])
                let detail = try await fixture.admin(.get, "/api/v1/devices/\(name)").decode(DeviceDetail.self)
                #expect(detail.summary.state == state)
            }
        }
    }

    @Test(arguments: [
        "limit=0", "limit=1001", "limit=x", "state=on", "sort=color", "reverse=maybe", "after=nonsense", "search=%00",
        "search=%0a", "search=%ff%fe%00", "tag=%09", "search=\(String(repeating: "a", count: 300))",
    ])
    func `a query that cannot be answered is the caller's fault`(query: String) async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.admin(.get, "/api/v1/devices?\(query)")
            #expect(answer.status == 400)
            #expect(answer.error?.code == .invalid)
        }
    }

    @Test func `a search comes through the URL as it was typed`() async throws {
        try await ServerFixture.with { fixture in
            for name in ["a", "b"] { _ = try await fixture.device(name: name) }
            _ = try await fixture.fleet.store.change("a", DeviceChange(addTags: ["x=1"]), actor: "local", now: Date())
            for (search, names) in [("x=1", ["a"]), ("x%1", []), ("+", []), ("100%", []), ("&tag=", [])] {
                let list = try await fixture.admin(.get, DeviceQuery(search: search).path).decode(DeviceList.self)
                #expect(list.devices.map(\.name) == names, "\(search)")
            }
        }
    }
}
