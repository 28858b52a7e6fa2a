import WatchmanCore

/// How long the agent waits before it tries again to bring its tunnel up.
///
/// The waits grow, and each is drawn at random up to its ceiling, so that a fleet that lost its gateway does not come back in step.
/// Who gets no answer burdens nobody, and must be at it when the way is free again: for a while its waits stay short.
struct Backoff: Sendable {
    /// A tunnel that lived this long was a good one: what comes after it is a new story.
    static let goodLife: Duration = .seconds(60)
    /// How long the waits stay short for who gets no answer.
    static let eagerness: Duration = .seconds(900)
    private static let floor = 100
    private static let cap = 30_000
    /// The gateway ends the older connection that holds the port within 100 to 300 ms.
    private static let portIsFreed = 100...300
    private static let portTries = 5

    private var failures = 0
    private var portRefusals = 0
    private var waited: Duration = .zero

    /// The wait after an attempt, or a tunnel, that ended with `problem` after `life`.
    mutating func pause(
        after problem: TunnelProblem, life: Duration, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        if life >= Self.goodLife && !problem.isSilence { self = Backoff() }
        self.portRefusals = problem == .portRefused ? self.portRefusals + 1 : 0
        let pause: Int
        if (1...Self.portTries).contains(self.portRefusals) {
            pause = Int.random(in: Self.portIsFreed, using: &generator)
        } else {
            pause = Int.random(in: Self.floor...self.ceiling(problem), using: &generator)
            self.failures += 1
        }
        self.waited += life + .milliseconds(pause)
        return .milliseconds(pause)
    }

    /// The longest wait, in milliseconds: 0.5 s, 1 s, 2 s and so on.
    private func ceiling(_ problem: TunnelProblem) -> Int {
        let grown = 500 << min(self.failures, 6)
        if problem.isSilence && self.waited < Self.eagerness { return min(grown, 1500) }
        // Something is there and takes no calls yet, as when the gateway starts.
        if problem == .gatewayDown && self.waited < Self.eagerness { return min(grown, 2500) }
        return min(grown, Self.cap)
    }
}

extension TunnelProblem {
    /// Whether nobody answered, so that another attempt costs no one but the device.
    var isSilence: Bool { [.noRoute, .networkDown, .name].contains(self) }

    /// Whether the gateway itself said no, so that a change of the network is no reason to ask again.
    var isRefusal: Bool { [.keyRefused, .portRefused, .hostKey, .gatewayFull].contains(self) }
}
