import Foundation
import Glibc
public import WatchmanSystem

/// Takes the agent off a device again.
public enum Uninstaller {
    /// Stops and removes the service, our line in each login's authorized_keys and the folder with the key. Doing it twice is no error.
    ///
    /// - Returns: whether anything was there.
    public static func run(_ site: EdgeSite, processes: any ProcessRunner) async throws -> Bool {
        var found = false
        if let file = site.unitFile, FileManager.default.fileExists(atPath: file) {
            found = true
            try await processes.check(.systemctl("disable", "--now", "--quiet", SystemdUnit.agentName))
            unlink(file)
            try await processes.check(.systemctl("daemon-reload"))
        }
        try await Logins(site: site).removeAll()
        try AuthorizedKeys(path: site.authorizedKeys).distrust()
        if FileManager.default.fileExists(atPath: site.folder) {
            found = true
            try FileManager.default.removeItem(atPath: site.folder)
        }
        return found
    }
}
