public import ArgumentParser
import Foundation
import WatchmanCore
import WatchmanSystem

/// The root command.
public struct Watchman: AsyncParsableCommand {
    /// Name, version and subcommands.
    public static let configuration = CommandConfiguration(
        commandName: "watchman",
        abstract: "A shell on devices behind NAT, over reverse SSH tunnels.",
        version: Version.current,
        subcommands: [
            Prereqs.self, Register.self, Agent.self, Serve.self, Devices.self, Connect.self, Backup.self, Admin.self,
        ])

    /// How usage errors begin; ours begin the same way.
    public static let _errorPrefix = "watchman: error: "

    /// Creates the command.
    public init() {}

    /// Parses the command line, runs the command and ends the process with its status.
    public static func start() async -> Never {
        do {
            var command = try self.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            Foundation.exit(0)
        } catch let error as WatchmanError {
            let error = Login.explained(error, .live)
            Terminal.say("\(self._errorPrefix)\(OutsideText.clean(error.message, limit: 1000))")
            if let hint = error.hint { Terminal.say("watchman: hint: \(OutsideText.clean(hint, limit: 300))") }
            Foundation.exit(error.code.exitStatus)
        } catch {
            self.exit(withError: error)
        }
    }
}

extension WatchmanError.Code {
    /// The exit status that goes with the code (sysexits.h).
    var exitStatus: Int32 {
        switch self {
        case .invalid: 64
        case .unavailable, .exhausted, .limited: 69
        case .internal: 70
        case .unauthenticated, .forbidden: 77
        case .configuration: 78
        case .notFound, .conflict: 1
        }
    }
}
