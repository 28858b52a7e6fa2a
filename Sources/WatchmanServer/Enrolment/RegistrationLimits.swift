import Foundation
import Synchronization
import WatchmanCore

/// How many registrations are borne. Wrong tokens are counted by where they come from, and never stand in the way of a right one from the
/// same address: a whole site may be behind it.
final class RegistrationLimits: Sendable {
    /// Wrong tokens from one source in a minute.
    static let wrongPerMinute = 10
    /// Devices that can be enrolled in a second, and at once.
    static let perSecond = 50.0
    /// Sources that are counted; when so many have sent wrong tokens within a minute, those of all others are refused as well.
    private static let mostSources = 10_000

    private struct State {
        var minute = Date.distantPast
        var wrong: [[UInt8]: Int] = [:]
        var rest = RegistrationLimits.perSecond
        var filledAt = Date.distantPast
    }

    private let state = Mutex(State())

    /// Notes a wrong token.
    ///
    /// - Throws: `TooManyRequests` if there were too many of them from this source.
    func noteWrongToken(from source: String, now: Date) throws {
        let source = Self.site(source)
        try self.state.withLock { state in
            let age = now.timeIntervalSince(state.minute)
            if !(0..<60).contains(age) { (state.minute, state.wrong) = (now, [:]) }
            let count = state.wrong[source, default: 0]
            guard count < Self.wrongPerMinute, count > 0 || state.wrong.count < Self.mostSources else {
                throw TooManyRequests("wrong join tokens", seconds: 60 - Int(now.timeIntervalSince(state.minute)))
            }
            state.wrong[source] = count + 1
        }
    }

    /// Notes a device that is about to be enrolled.
    ///
    /// - Throws: `TooManyRequests`.
    func admit(now: Date) throws {
        try self.state.withLock { state in
            let passed = max(0, now.timeIntervalSince(state.filledAt))
            state.rest = min(Self.perSecond, state.rest + passed * Self.perSecond)
            state.filledAt = now
            guard state.rest >= 1 else { throw TooManyRequests("registrations", seconds: 1) }
            state.rest -= 1
        }
    }

    /// What counts as one source, as with connections: an IPv4 address, or the first half of an IPv6 address.
    private static func site(_ source: String) -> [UInt8] {
        let bytes = IPAddress.bytes(source.utf8) ?? []
        return Array(bytes.count == 16 ? bytes.prefix(8) : bytes[...])
    }
}

/// The caller shall come again later.
struct TooManyRequests: Error {
    /// Seconds after which it may.
    let seconds: Int
    let error: WatchmanError

    init(_ what: String, seconds: Int) {
        self.seconds = max(1, seconds)
        self.error = WatchmanError(.limited, "too many \(what): try again in \(max(1, seconds)) s")
    }
}
