import Foundation
import WatchmanCore
import WatchmanSystem

/// `gateway-dial HOST PORT`: gives an admin's ssh a connection that delays no byte (`ProxyCommand` with `ProxyUseFdpass`). It is decided
/// before anything is parsed, as ssh waits for it at each login.
public enum HopDial {
    static let verb = "gateway-dial"
    private static let patience = 15

    /// Dials and ends the process, if it is ssh that started it.
    public static func answerIfAsked(_ arguments: [String]) {
        guard arguments.count == 4, arguments[1] == Self.verb, let port = Int(arguments[3]) else { return }
        do {
            try TCPSocket.pass(try TCPSocket.connect(arguments[2], port: port, within: Self.patience))
        } catch {
            let message = (error as? WatchmanError)?.message ?? "\(error)"
            Terminal.say("\(Watchman._errorPrefix)\(OutsideText.clean(message, limit: 300))")
            Foundation.exit(1)
        }
        Foundation.exit(0)
    }
}
