import Foundation
import WatchmanCore

extension Prerequisites {
    /// The accounts that the gateway's sshd lets in or runs the key lookup as.
    static let serviceAccounts = ["wm-edge", "wm-jump", "wm-keys"]
    /// Clocks that differ by more are worth a warning, in seconds.
    private static let tolerance: TimeInterval = 300
    /// 2025-01-01T00:00:00Z: watchman is younger, so a clock before it is wrong.
    private static let youngest = Date(timeIntervalSince1970: 1_735_689_600)

    /// Whether this process may do what `command` will do.
    func rootRights(neededBy command: String) -> Prerequisite {
        self.host.isRoot()
            ? Prerequisite(.root, .ok, "runs as root")
            : Prerequisite(
                .root, .warning, "not root, as `watchman \(command)` must be",
                cure: "sudo watchman prereqs --role \(self.role.rawValue)")
    }

    /// Whether the device has its key pair already; either way is fine.
    func keyPair() -> Prerequisite {
        let path = ["id_ed25519", "id_rsa"].map { "\(self.keyFolder)/\($0)" }.first { self.host.exists($0) }
        return Prerequisite(.keyPair, .ok, found: path, path == nil ? "`watchman register` will make it" : "is there")
    }

    /// Whether the gateway's accounts exist.
    func accounts() -> Prerequisite {
        let missing = Self.serviceAccounts.filter { !self.host.hasAccount($0) }
        guard missing.isEmpty else {
            return Prerequisite(
                .accounts, .failed, "no account \(missing.joined(separator: ", "))", cure: "./install.sh --server")
        }
        return Prerequisite(
            .accounts, .ok, found: Self.serviceAccounts.joined(separator: " "), "the gateway's accounts")
    }

    /// Whether the clock agrees with the server's or, without one, can be right at all. A wrong clock does not stop watchman.
    func clock(serverClock: Date?) -> Prerequisite {
        let now = self.host.now()
        let found = now.formatted(.iso8601)
        let cure = "timedatectl set-ntp true"
        guard let serverClock else {
            return now < Self.youngest
                ? Prerequisite(.clock, .warning, found: found, "the clock is years behind", cure: cure)
                : Prerequisite(.clock, .ok, found: found, "plausible")
        }
        let skew = now.timeIntervalSince(serverClock)
        guard abs(skew) > Self.tolerance else {
            return Prerequisite(.clock, .ok, found: found, "agrees with the server's")
        }
        let detail = "the clock is \(Self.words(for: abs(skew))) \(skew < 0 ? "behind" : "ahead of") the server's"
        return Prerequisite(.clock, .warning, found: found, detail, cure: cure)
    }

    private static func words(for seconds: TimeInterval) -> String {
        let units: [(name: String, size: TimeInterval)] = [("days", 86400), ("hours", 3600), ("minutes", 60)]
        let unit = units.first { seconds >= 2 * $0.size } ?? ("minutes", 60)
        return "\(Int(min(seconds / unit.size, 1e9))) \(unit.name)"
    }
}
