import Foundation
import WatchmanCore

/// The parts of a device's page about what it is: shown only while a person has to decide.
enum IdentityView {
    /// Host keys, before and now.
    struct HostKeys: Sendable {
        let pinned: [String]
        let reported: [String]
        /// What the form sends, so that nobody accepts keys that they did not see.
        let keys: String

        init?(_ device: DeviceDetail) {
            guard let reported = device.reportedHostKeys else { return nil }
            let words: (SSHPublicKey) -> String = { "\($0.fingerprint) (\($0.type))" }
            self.pinned = device.hostKeys.map(words)
            self.reported = reported.map(words)
            self.keys = reported.map(\.line).joined(separator: ",")
        }
    }

    /// The machines that use one key.
    struct Machines: Sendable {
        struct Row: Sendable {
            let bootID: String
            let hostname: String
            let machineID: String
            let source: String
            let firstSeen: Moment
            let lastSeen: Moment
            let isChosen: Bool
        }

        let rows: [Row]

        init?(_ device: DeviceDetail, now: Date) {
            guard device.summary.state == .duplicate, let instances = device.instances else { return nil }
            self.rows = instances.map {
                Row(
                    bootID: $0.bootID, hostname: $0.hostname, machineID: $0.machineID ?? "-", source: $0.source,
                    firstSeen: Moment($0.firstSeen, now: now), lastSeen: Moment($0.lastSeen, now: now),
                    isChosen: $0.isChosen)
            }
        }
    }
}
