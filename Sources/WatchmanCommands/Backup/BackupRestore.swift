import ArgumentParser
import Foundation
import Glibc
import WatchmanCore
import WatchmanServer
import WatchmanSystem

extension Watchman {
    struct BackupRestore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore", abstract: "Put a backup in the place of this machine's server.",
            discussion: """
                The backup is tried first, as `verify` does; nothing is touched unless it is sound. Then all of it is taken into use, or \
                nothing. The server must be stopped. On a new machine, which must get the old one's name:

                  $ sudo ./install.sh --server
                  $ sudo systemctl stop watchman
                  $ sudo watchman backup restore --force ./watchman-20261124T063000Z.tar
                  $ sudo systemctl start watchman

                Devices that were enrolled after the backup was made have to be enrolled again.
                """)

        @Argument(help: "The backup's file.")
        var file: String

        @Option(
            help: ArgumentHelp("Folder of the state. Default: \(ServeConfiguration.defaultState).", valueName: "dir"))
        var state: String?

        @Option(
            help: ArgumentHelp(
                "The server's configuration file. Default: \(ServeConfiguration.defaultFile).", valueName: "file"))
        var config: String?

        @Flag(help: "Replace a state that is there; it is backed up first.")
        var force = false

        func run() async throws {
            let context = Context.live
            try context.requireRoot("backup restore")
            umask(0o077)
            let tool = BackupTool(file: self.file, scratch: context.scratchFolder)
            let (state, configuration) = try self.places(tool)
            try Self.requireStopped(configuration)
            let result = try tool.restore(
                state: state, configuration: configuration, force: self.force, now: Date())
            Terminal.say("watchman: \(result.proof)")
            if let former = result.former { Terminal.say("watchman: what was there before is in \(former)") }
            if let file = result.formerConfiguration {
                Terminal.say("watchman: the configuration that was there is now \(file)")
            }
            Terminal.data("restored \(state) as of \(Moment.exact(result.createdAt)); next: \(self.nextCommand)")
        }

        /// A path that the backup names is not taken from it: whoever made the file must not choose what is overwritten.
        private func places(_ tool: BackupTool) throws -> (state: String, configuration: String) {
            let origin = try tool.places()
            let known: (String, String?, String, String?) throws -> String = { option, given, standard, original in
                guard let given else {
                    guard let original, original != standard else { return standard }
                    throw WatchmanError(
                        .invalid,
                        "the backup is not of \(standard) but of \(OutsideText.clean(original, limit: 200)): say where to restore it by --\(option)"
                    )
                }
                return URL(fileURLWithPath: given).path
            }
            return (
                try known("state", self.state, ServeConfiguration.defaultState, origin.state),
                try known("config", self.config, ServeConfiguration.defaultFile, origin.configuration)
            )
        }

        private static func requireStopped(_ configuration: String) throws {
            let isThere = FileManager.default.fileExists(atPath: configuration)
            let found = isThere ? try? ServeConfiguration.read(configuration) : nil
            let socket = found?.apiSocket ?? ServerOptions.defaultSocket
            guard !UnixSocket.answers(socket) else {
                throw WatchmanError(
                    .conflict, "a server runs here, it answers at \(socket): stop it first",
                    hint: "systemctl stop watchman")
            }
        }

        private var nextCommand: String {
            guard self.state == nil && self.config == nil else {
                let options = [("--config", self.config), ("--state", self.state)]
                return (["watchman serve"] + options.flatMap { name, value in value.map { [name, $0] } ?? [] })
                    .joined(separator: " ")
            }
            return "systemctl start watchman"
        }
    }
}
