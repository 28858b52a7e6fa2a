import Foundation
import Testing
import WatchmanCore

@testable import WatchmanServer

@Suite struct TroubleTests {
    private static let now = Date(timeIntervalSince1970: 1_790_000_000)

    private static func absence(_ signs: Trouble.Signs) -> Trouble { Trouble.absence(signs, now: self.now) }

    private static func words(lastSeen: Date?, _ words: String? = nil) -> String {
        Self.absence(Trouble.Signs(lastSeen: lastSeen, words: words)).words
    }

    @Test func `why a device is offline is told in words`() {
        #expect(Self.words(lastSeen: nil, "x") == "never checked in")
        #expect(Self.words(lastSeen: Self.now - 7200, "x") == "no tunnel, and no check-in for 2 h")
        #expect(Self.words(lastSeen: Self.now - 90) == "no tunnel, and no check-in for 1 min")
        #expect(Self.words(lastSeen: Self.now - 89) == "no tunnel, though the agent checked in 1 min ago")
        #expect(
            Self.words(lastSeen: Self.now - 5, "the network is down")
                == "no tunnel, though the agent checked in 5 s ago: the network is down")
    }

    @Test func `a device that is sparing with its network is not soon called silent`() {
        for (profile, age, isSilent) in [
            (NetworkProfile.wifi, 90.0, true), (.lte, 1799, false), (.satellite, 1800, true),
        ] {
            let signs = Trouble.Signs(lastSeen: Self.now - age, profile: profile)
            #expect((Self.absence(signs).problem == .silent) == isSilent, "\(profile)")
        }
    }

    @Test func `programs are told the same`() {
        var signs = Trouble.Signs()
        #expect(Self.absence(signs).problem == .neverConnected)
        signs.lastSeen = Self.now - 7200
        #expect(Self.absence(signs).problem == .silent)
        signs.lastSeen = Self.now - 5
        #expect(Self.absence(signs).problem == .other)
        signs.problem = .keyRefused
        #expect(Self.absence(signs).problem == .keyRefused)
        signs.isLeaving = true
        #expect(Self.absence(signs) == Self.absence(Trouble.Signs(lastSeen: Self.now - 5, isLeaving: true)))
        #expect(Self.absence(signs).problem == .agentStopped)
        #expect(Self.absence(signs).words == "the agent was stopped 5 s ago")
    }

    @Test func `a clock that is off is told, and is the cause where it can be`() {
        var signs = Trouble.Signs(lastSeen: Self.now - 5, problem: .noRoute, clockSkew: 95_000_000)
        #expect(Self.absence(signs).problem == .noRoute)
        #expect(Self.absence(signs).words.hasSuffix("5 s ago; its clock is 1099 d ahead"))
        signs.problem = .hostKey
        #expect(Self.absence(signs).problem == .clock)
        signs.clockSkew = -90_000
        #expect(Self.absence(signs).words.hasSuffix("its clock is 1 d behind"))
        signs.clockSkew = 59
        #expect(Self.absence(signs).problem == .hostKey && !Self.absence(signs).words.contains("clock"))
    }

    @Test func `a tunnel that comes and goes is told so`() {
        var signs = Trouble.Signs(lastSeen: Self.now - 5, restlessSince: Self.now - 599)
        #expect(Self.absence(signs).words.hasSuffix("its tunnel comes and goes: 10 changes in 9 min"))
        signs.restlessSince = Self.now - 600
        #expect(!Self.absence(signs).words.contains("comes and goes"))
    }

    @Test func `a check-in from the future does not trap`() {
        #expect(Self.words(lastSeen: .distantFuture) == "no tunnel, though the agent checked in 0 s ago")
        #expect(Self.words(lastSeen: .distantPast).hasPrefix("no tunnel, and no check-in for "))
    }
}
