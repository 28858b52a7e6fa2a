import Foundation
import WatchmanCore

/// A moment for `moment.mustache`: in words, and exactly.
struct Moment: Sendable {
    let words: String
    let iso: String
    let exact: String

    init(_ date: Date, now: Date) {
        let age = now.timeIntervalSince(date)
        self.words =
            age < 0 ? "in \(ElapsedTime.words(-age))" : age < 1 ? "now" : "\(ElapsedTime.words(age)) ago"
        self.iso = Words.iso(date)
        self.exact = Words.exact(date)
    }
}
