import Foundation
public import WatchmanCore

extension APIClient {
    /// All devices that fit `query`, page by page, each of them once.
    public func devices(_ query: DeviceQuery = DeviceQuery()) async throws -> [DeviceSummary] {
        var page = query
        page.limit = DeviceQuery.limits.upperBound
        // Between two pages a device may move in an order that follows its state: then it would be missed.
        if !query.sort.isSteady { (page.sort, page.isReversed) = (.id, false) }
        var rows: [DeviceSummary] = []
        repeat {
            let list: DeviceList = try await self.get(page.path)
            rows += list.devices
            page.after = list.next
        } while page.after != nil
        return query.sort.isSteady ? rows : Self.sorted(rows, query)
    }

    static func sorted(_ rows: [DeviceSummary], _ query: DeviceQuery) -> [DeviceSummary] {
        let precedes: (DeviceSummary, DeviceSummary) -> Bool = { one, other in
            query.sort == .state
                ? (one.state.rank, one.name) < (other.state.rank, other.name)
                : (other.lastSeen ?? .distantPast, one.name) < (one.lastSeen ?? .distantPast, other.name)
        }
        return rows.sorted { query.isReversed ? precedes($1, $0) : precedes($0, $1) }
    }
}
