import Foundation
import WatchmanCore

/// Dates for tables.
enum Moment {
    /// `5 s ago`, or `-` for never.
    static func ago(_ date: Date?, now: Date = Date()) -> String {
        date.map { "\(ElapsedTime.words(now.timeIntervalSince($0))) ago" } ?? "-"
    }

    /// `2026-11-23 10:15:00 UTC`.
    static func exact(_ date: Date) -> String {
        let text = date.formatted(.iso8601)
        return text.replacing("T", with: " ").replacing("Z", with: " UTC")
    }
}
