import Foundation
import WatchmanCore
import WatchmanStore

/// What is the matter with a device, in words and for programs.
struct Trouble: Equatable {
    /// What a reason is made from.
    struct Signs {
        /// The last check-in.
        var lastSeen: Date?
        /// Why the tunnel is down, as the agent sees it.
        var words: String?
        /// The same for programs.
        var problem: TunnelProblem?
        /// Whether the last check-in was a farewell.
        var isLeaving = false
        /// Device clock minus server clock, seconds.
        var clockSkew = 0.0
        /// How sparing the device is with its network.
        var profile = NetworkProfile.wired
        /// When the tunnel had changed ten times since.
        var restlessSince: Date?
    }

    static let silentSSHD = "the tunnel is up, but the device's sshd does not answer through it"
    /// A tunnel that changed ten times in so many seconds comes and goes.
    fileprivate static let unrest: TimeInterval = 600
    var problem: TunnelProblem?
    var words: String

    /// Nil if all is well.
    init?(_ row: DeviceRow, now: Date) {
        switch row.state {
        case .hostKeyChanged: self.init(nil, Fleet.hostKeyReason)
        case .duplicate: self.init(nil, Fleet.duplicateReason)
        case .offline: self = Self.absence(Signs(row), now: now)
        case .degraded: self.init(.sshdDown, Self.silentSSHD)
        case .online:
            guard let unrest = Signs(row).unrest(now) else { return nil }
            self.init(nil, unrest)
        }
    }

    private init(_ problem: TunnelProblem?, _ words: String) {
        self.problem = problem
        self.words = words
    }

    /// Why a device's tunnel is down.
    static func absence(_ signs: Signs, now: Date) -> Trouble {
        guard let lastSeen = signs.lastSeen else { return Trouble(.neverConnected, "never checked in") }
        let age = now.timeIntervalSince(lastSeen)
        if signs.isLeaving { return Trouble(.agentStopped, "the agent was stopped \(ElapsedTime.words(age)) ago") }
        guard age < signs.profile.silence else {
            return Trouble(.silent, "no tunnel, and no check-in for \(ElapsedTime.words(age))")
        }
        let words =
            "no tunnel, though the agent checked in \(ElapsedTime.words(age)) ago"
            + (signs.words.map { ": \($0)" } ?? "")
        return Trouble(
            signs.isClockGuilty ? .clock : signs.problem ?? .other,
            ([words] + [signs.clock, signs.unrest(now)].compactMap(\.self)).joined(separator: "; "))
    }
}

extension Trouble.Signs {
    init(_ row: DeviceRow) {
        self.init(
            lastSeen: row.lastSeen, words: row.tunnelProblem, problem: row.problem, isLeaving: row.isLeaving,
            clockSkew: row.clockSkew, profile: row.profile, restlessSince: row.restlessSince)
    }

    init(_ concern: Store.Concern) {
        self.init(
            lastSeen: concern.lastSeen, words: concern.tunnelProblem, isLeaving: concern.isLeaving,
            clockSkew: concern.clockSkew, profile: concern.profile)
    }

    /// Certificates, and so the gateway's host key, are not valid by a clock that is far off.
    fileprivate var isClockGuilty: Bool {
        abs(self.clockSkew) > 86400 && (self.problem == .hostKey || self.problem == .keyRefused)
    }

    fileprivate var clock: String? {
        guard abs(self.clockSkew) > 60 else { return nil }
        return "its clock is \(ElapsedTime.words(abs(self.clockSkew))) \(self.clockSkew > 0 ? "ahead" : "behind")"
    }

    fileprivate func unrest(_ now: Date) -> String? {
        guard let since = self.restlessSince, now.timeIntervalSince(since) < Trouble.unrest else { return nil }
        return "its tunnel comes and goes: 10 changes in \(ElapsedTime.words(now.timeIntervalSince(since)))"
    }
}
