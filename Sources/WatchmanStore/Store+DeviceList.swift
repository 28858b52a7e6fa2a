import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// A page of a device list.
    public struct DevicePage: Sendable {
        /// The devices, in order.
        public var rows: [DeviceRow]
        /// The cursor of the page after this one, or nil after the last device.
        public var next: String?
    }

    /// Some devices of a scope in order. A device that keeps its place in the order comes once in a walk, whatever else changes.
    ///
    /// - Throws: `WatchmanError` (`invalid`) for a cursor that is not of this order, or a query out of bounds.
    public func devices(_ query: DeviceQuery, in scope: DeviceSelector?) async throws -> DevicePage {
        try query.check()
        let order = DeviceOrder(query)
        let cursor = try query.after.map { try DeviceCursor($0, order) }
        var conditions = Self.conditions(query, order)
        if let cursor { conditions.append(order.isBehind(cursor)) }
        if let scope { conditions.append(SQLCondition(devices: scope)) }
        let filter = conditions.isEmpty ? "" : "WHERE \(conditions.map(\.sql).joined(separator: " AND "))"
        let sql = "\(DeviceRow.query) \(filter) ORDER BY \(order.sql) LIMIT ?"
        let arguments = conditions.reduce(StatementArguments()) { $0 + $1.arguments } + [query.limit + 1]
        return try await self.read { db in
            let rows = try Row.fetchAll(try db.cachedStatement(sql: sql), arguments: arguments)
            let page = rows.prefix(query.limit)
            let next = rows.count > query.limit ? page.last.map { DeviceCursor(row: $0, order).text } : nil
            return DevicePage(rows: page.map(DeviceRow.init(row:)), next: next)
        }
    }

    /// How many devices there are, and how many of them are online.
    public func fleetCounts() async throws -> (online: Int, total: Int) {
        try await self.read { db in
            let sql = "SELECT (SELECT COUNT(*) FROM device WHERE isOnline = 1), (SELECT COUNT(*) FROM device)"
            let row = try Row.fetchOne(db, sql: sql)
            return (row?[0] ?? 0, row?[1] ?? 0)
        }
    }

    private static func conditions(_ query: DeviceQuery, _ order: DeviceOrder) -> [SQLCondition] {
        var conditions: [SQLCondition] = []
        if let state = query.state {
            // The unary plus keeps SQLite on the order's own index.
            let column = order.sort == .name ? "device.state" : "+device.state"
            conditions.append(SQLCondition(sql: "\(column) = ?", arguments: [state.rank]))
        }
        var texts: [SQLCondition] = []
        if let search = query.search {
            texts.append(SQLCondition(sql: "searchText LIKE ? ESCAPE '\\'", arguments: ["%\(Self.literal(search))%"]))
        }
        if let tag = query.tag {
            texts.append(SQLCondition(sql: "instr(searchText, ?)", arguments: ["\t\(tag)\n"]))
        }
        if !texts.isEmpty {
            // Found in the one index that holds the texts, so that whole rows are read for the page only.
            let found = "SELECT rowid FROM device WHERE \(texts.map(\.sql).joined(separator: " AND "))"
            conditions.append(
                SQLCondition(
                    sql: "+device.rowid IN (\(found))",
                    arguments: texts.reduce(StatementArguments()) { $0 + $1.arguments }))
        }
        return conditions
    }

    /// The text as a LIKE pattern that matches itself.
    private static func literal(_ text: String) -> String {
        text.unicodeScalars.map { "\\%_".unicodeScalars.contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
