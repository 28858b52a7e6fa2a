import ArgumentParser
import Foundation
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct DevicesRotatePassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate-password", abstract: "Make devices set new root passwords.",
            discussion: "Each sets its own at its next check-in, within half a minute if it is online.")

        @Argument(help: "Id or name of the device, or the beginning of one.") var device: String?
        @Option(help: "All devices with this tag.") var tag: String?
        @Flag(help: "All devices.") var all = false
        @OptionGroup var server: ServerOptions

        func validate() throws {
            guard [self.device != nil, self.tag != nil, self.all].count(where: \.self) == 1 else {
                throw ValidationError("name a device, or give --tag or --all")
            }
        }

        func run() async throws {
            let result: RotationResult = try await self.server.withClient(.live) { client in
                if let device = self.device {
                    let path = "/api/v1/devices/\(try DeviceReference.checked(device))/rotate-password"
                    return try await client.post(path, Acknowledgement())
                }
                return try await client.post("/api/v1/rotate-passwords", RotationRequest(devices: try self.selector()))
            }
            let count = result.devices
            Terminal.data(
                count == 1
                    ? "1 device sets a new root password at its next check-in"
                    : "\(count) devices set new root passwords at their next check-ins")
        }

        /// A tag that a selector would take for something else must not choose other devices than were meant.
        func selector() throws -> String {
            guard let tag = self.tag else { return "all" }
            try DeviceName.checkTag(tag)
            guard try DeviceSelector(tag).alternatives == [[.tag(tag)]] else {
                throw WatchmanError(.invalid, "'\(tag)' means more than a tag here: --all, or name the device")
            }
            return tag
        }
    }

    struct DevicesRevealPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reveal-password", abstract: "Print a device's root password.",
            discussion: """
                Two lines if the device has not confirmed a change yet: the old one, then the new one. Each reveal is recorded with its \
                reason, and the device sets a new password soon after. It needs the permission to reveal, which no role includes.

                  $ watchman devices reveal-password edge-1 --reason "console, ticket 4711"
                """)

        @OptionGroup var device: DeviceArgument
        @Option(help: "Why, for the audit trail. Asked for if it is missing.") var reason: String?
        @Flag(help: "Also those that were replaced, for a disk from an old image.") var history = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let path = try self.device.path("/reveal-password")
            let request = RevealRequest(
                reason: try Reason.given(self.reason), includesHistory: self.history ? true : nil)
            let answer: RevealedPassword = try await self.server.withClient(.live) {
                try await $0.post(path, request)
            }
            let passwords = try answer.inForce()
            try self.output.print(answer) {
                self.history ? Self.table(answer) : passwords.map(\.revealed)
            }
            if let dueAt = answer.dueAt {
                Terminal.say("watchman: the device sets a new one at its first check-in after \(Moment.exact(dueAt))")
            }
        }

        static func table(_ answer: RevealedPassword) -> [String] {
            let present = [("pending", answer.pending), ("current", answer.current)]
                .compactMap { state, password in password.map { [state, "-", $0.revealed] } }
            let past = (answer.history ?? []).map {
                ["past", Moment.exact($0.createdAt), $0.password.revealed]
            }
            return Table(header: ["STATE", "MADE", "PASSWORD"], rows: present + past).lines
        }
    }
}

/// Why a person wants to see a password.
enum Reason {
    /// What was given, or else typed.
    ///
    /// - Throws: `WatchmanError` (`invalid`) if there is none.
    static func given(_ text: String?) throws -> String {
        if text == nil && !Terminal.isInteractive {
            throw WatchmanError(.invalid, "a reason is needed and nobody can be asked: add --reason TEXT")
        }
        return try RevealRequest(reason: text ?? Terminal.ask("Why? It goes into the audit trail: ") ?? "")
            .checkedReason()
    }
}

extension RevealedPassword {
    /// The passwords that may be in force, in the order in which to try them.
    ///
    /// - Throws: `WatchmanError` (`notFound`) if there is none.
    func inForce() throws -> [Secret] {
        let passwords = [self.current, self.pending].compactMap { $0 }
        if passwords.isEmpty { throw WatchmanError(.notFound, "the device has not been given a password yet") }
        return passwords
    }
}
