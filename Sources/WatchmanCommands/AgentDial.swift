import Foundation
import WatchmanAgent
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// `agent dial`: gives ssh a connection to the gateway (`ProxyCommand` with `ProxyUseFdpass`). Nobody calls it by hand, and ssh waits for it,
/// so it is decided before anything is parsed.
public enum AgentDial {
    private static let verb = ["agent", "dial", "--folder"]

    /// Dials and ends the process, if it is ssh that started it.
    public static func answerIfAsked(_ arguments: [String]) async {
        let words = Array(arguments.dropFirst())
        guard words.starts(with: Self.verb), words.count >= 6, words[4] == "--runtime" else { return }
        let site = EdgeSite(folder: words[3], runtimeFolder: words[5])
        do {
            let configuration = try AgentConfiguration.require(site)
            if words.dropFirst(6).first == "--relay" {
                try await TLSRelay.run(configuration.server, authority: configuration.authority)
            } else {
                try configuration.dialer(site).dial()
            }
        } catch {
            let message = (error as? WatchmanError)?.message ?? "\(error)"
            Terminal.say("\(Watchman._errorPrefix)\(OutsideText.clean(message, limit: 300))")
            Foundation.exit(1)
        }
        Foundation.exit(0)
    }
}
