import Foundation
import GRDB
import WatchmanCore

/// The order of a device list as SQL.
struct DeviceOrder {
    private static let lastSeen = "coalesce(device.lastSeen, '')"
    let sort: DeviceQuery.Order
    let isReversed: Bool

    init(_ query: DeviceQuery) {
        // Devices of one state are ordered by name.
        self.sort = query.sort == .state && query.state != nil ? .name : query.sort
        self.isReversed = query.isReversed
    }

    /// What follows ORDER BY.
    var sql: String {
        let (up, down) = self.isReversed ? (" DESC", " ASC") : (" ASC", " DESC")
        return switch self.sort {
        case .id: "device.id\(up)"
        case .name: "device.name\(up)"
        case .state: "device.state\(up), device.name\(up)"
        case .port: "portLease.gatewayID\(up), portLease.port\(up)"
        case .lastSeen: "\(Self.lastSeen)\(down), device.name\(up)"
        }
    }

    /// True of rows that come after the cursor's.
    func isBehind(_ cursor: DeviceCursor) -> SQLCondition {
        let (after, before) = self.isReversed ? ("<", ">") : (">", "<")
        let (key, tie) = (cursor.key, cursor.tie)
        return switch self.sort {
        case .id: SQLCondition(sql: "device.id \(after) ?", arguments: [key])
        case .name: SQLCondition(sql: "device.name \(after) ?", arguments: [key])
        case .state:
            SQLCondition(
                sql: "(device.state, device.name) \(after) (?, ?)",
                arguments: [DeviceState(rawValue: key)?.rank, tie])
        case .port:
            SQLCondition(
                sql: "(portLease.gatewayID, portLease.port) \(after) (?, ?)", arguments: [key, Int(tie) ?? 0])
        case .lastSeen:
            SQLCondition(
                sql: "\(Self.lastSeen) \(before)= ? AND (\(Self.lastSeen) \(before) ? OR device.name \(after) ?)",
                arguments: [key, key, tie])
        }
    }
}

/// The place of a row in an order: the values it is ordered by. Its text means nothing to those who carry it.
struct DeviceCursor: Codable {
    let sort: DeviceQuery.Order
    let isReversed: Bool
    let key: String
    let tie: String

    init(row: Row, _ order: DeviceOrder) {
        self.sort = order.sort
        self.isReversed = order.isReversed
        // As the database wrote it: a date would be rounded.
        let lastSeen: String? = row["lastSeen"]
        self.key =
            switch order.sort {
            case .id: row["id"]
            case .name: row["name"]
            case .state: DeviceRow(row: row).state.rawValue
            case .port: row["gatewayID"]
            case .lastSeen: lastSeen ?? ""
            }
        let port: Int = row["port"]
        self.tie = order.sort == .port ? "\(port)" : row["name"]
    }

    /// - Throws: `WatchmanError` (`invalid`) for a text that no list of this order gave.
    init(_ text: String, _ order: DeviceOrder) throws {
        let cursor = Data(base64URL: text).flatMap { try? WireJSON.decode(Self.self, from: $0) }
        guard let cursor, cursor.sort == order.sort, cursor.isReversed == order.isReversed, cursor.isSound else {
            throw WatchmanError(.invalid, "the cursor is not from a list in this order: begin without one")
        }
        self = cursor
    }

    var text: String { ((try? WireJSON.encode(self)) ?? Data()).base64URL }

    private var isSound: Bool {
        switch self.sort {
        case .state: DeviceState(rawValue: self.key) != nil
        case .port: Int(self.tie) != nil
        case .id, .name, .lastSeen: true
        }
    }
}
