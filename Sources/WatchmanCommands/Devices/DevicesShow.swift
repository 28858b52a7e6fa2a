import ArgumentParser
import Foundation
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct DevicesShow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show all that is known of a device.")

        @OptionGroup var device: DeviceArgument
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let path = try self.device.path()
            let detail: DeviceDetail = try await self.server.withClient(.live) { try await $0.get(path) }
            try self.output.print(detail) { Self.lines(detail) }
        }

        static func lines(_ detail: DeviceDetail, now: Date = Date()) -> [String] {
            let rows =
                Self.identity(detail, now) + Self.trouble(detail, now) + Self.facts(detail.facts)
                + (detail.vitals.map(Self.vitals) ?? [])
                + detail.events.map { ("event", "\(Moment.exact($0.at)) tunnel \($0.isUp ? "up" : "down")") }
            return rows.map { name, value in
                "\((name + ":").padding(toLength: 15, withPad: " ", startingAt: 0))\(OutsideText.clean(value, limit: 400))"
            }
        }

        private static func identity(_ detail: DeviceDetail, _ now: Date) -> [(String, String)] {
            let summary = detail.summary
            let skew = abs(detail.clockSkew) < 2 ? "right" : "off by \(ElapsedTime.words(abs(detail.clockSkew)))"
            return [
                ("id", summary.id), ("name", summary.name),
                ("state", summary.state.rawValue + (summary.reason.map { ": \($0)" } ?? "")),
                ("gateway", "\(summary.gateway), port \(summary.port)"),
                ("last seen", Moment.ago(summary.lastSeen, now: now)),
                ("tags", summary.tags.isEmpty ? "-" : summary.tags.joined(separator: ", ")),
                ("enrolled", Moment.exact(detail.createdAt)), ("way", detail.way?.rawValue ?? "-"),
                ("profile", detail.profile ?? "-"), ("clock", skew),
                ("key", detail.keyFingerprint),
                ("root password", Self.rootPassword(detail, now)),
                ("logins", (detail.logins ?? ["root"]).joined(separator: ", ")),
            ] + (detail.resembles.map { [("resembles", "\($0.name) (\($0.id)), by \($0.trait.rawValue)")] } ?? [])
                + detail.hostKeys.map { ("host key", "\($0.fingerprint) (\($0.type))") }
        }

        private static func rootPassword(_ detail: DeviceDetail, _ now: Date) -> String {
            guard detail.escrowsRootPassword else { return "not held by the server" }
            return detail.rootPassword?.words(now: now) ?? "held by the server"
        }

        /// What a person must compare before they decide; nothing while all is well.
        private static func trouble(_ detail: DeviceDetail, _ now: Date) -> [(String, String)] {
            let keys = (detail.reportedHostKeys ?? []).map { ("host key now", "\($0.fingerprint) (\($0.type))") }
            guard detail.summary.state == .duplicate else { return keys }
            return keys
                + (detail.instances ?? []).map {
                    let seen = "seen \(Moment.exact($0.firstSeen)) to \(Moment.ago($0.lastSeen, now: now))"
                    let words = [
                        $0.bootID, "\($0.hostname) at \($0.source)", "machine \($0.machineID ?? "-")", seen,
                        $0.isChosen ? "chosen" : nil,
                    ]
                    return ("instance", words.compactMap { $0 }.joined(separator: ", "))
                }
        }

        private static func facts(_ facts: DeviceFacts) -> [(String, String)] {
            [
                ("host name", facts.hostname), ("machine id", facts.machineID ?? "-"),
                ("serial", facts.serial ?? "-"),
                ("system", "\(facts.system), \(facts.architecture), Linux \(facts.kernel)"),
                ("ssh", facts.ssh ?? "-"), ("sshd", facts.sshd ?? "-"), ("agent", facts.agentVersion),
            ]
        }

        private static func vitals(_ vitals: DeviceVitals) -> [(String, String)] {
            let gib: (Int64) -> String = { String(format: "%.1f GiB", Double($0) / 1_073_741_824) }
            return [
                ("uptime", ElapsedTime.words(vitals.uptime)), ("load", String(format: "%.2f", vitals.load)),
                ("memory", "\(gib(vitals.memoryAvailable)) of \(gib(vitals.memoryTotal)) available"),
                ("disk", "\(gib(vitals.diskFree)) of \(gib(vitals.diskTotal)) free"),
                ("temperature", vitals.temperature.map { String(format: "%.1f °C", $0) } ?? "-"),
                ("idle traffic", vitals.idleTraffic.map { "\(ByteCount.words($0)) a day" } ?? "-"),
                ("addresses", vitals.addresses.joined(separator: ", ")),
            ]
        }
    }
}
