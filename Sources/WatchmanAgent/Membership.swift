import Synchronization
import WatchmanCore

/// What the device is enrolled as at this moment. The tunnel follows it.
final class Membership: Sendable {
    private struct State {
        var configuration: AgentConfiguration
        var follower: AsyncStream<Void>.Continuation?
        var begin = ContinuousClock.now
    }

    private let state: Mutex<State>

    init(_ configuration: AgentConfiguration) { self.state = Mutex(State(configuration: configuration)) }

    var configuration: AgentConfiguration { self.state.withLock { $0.configuration } }

    /// The configuration, and a stream that ends when a tunnel that was made by it must be made anew. There is one follower.
    func follow() -> (configuration: AgentConfiguration, end: AsyncStream<Void>) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let configuration = self.state.withLock { state in
            state.follower = continuation
            state.begin = .now
            return state.configuration
        }
        return (configuration, stream)
    }

    /// Goes by another configuration from now on.
    func change(_ configuration: AgentConfiguration) { self.state.withLock { $0.configuration = configuration } }

    /// How long ago the tunnel that is there now, or the attempt to have one, began.
    var age: Duration { ContinuousClock.now - self.state.withLock { $0.begin } }

    /// Has the tunnel made anew, without a wait.
    func restartTunnel() { self.state.withLock { $0.follower }?.finish() }
}
