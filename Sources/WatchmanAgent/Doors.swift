import Foundation
import WatchmanCore
import WatchmanSystem

/// The files by which the device knows its gateway and lets admins in.
struct Doors: Sendable {
    /// What was missing.
    struct Repairs: OptionSet {
        let rawValue: Int
        static let gateway = Repairs(rawValue: 1)
        static let admins = Repairs(rawValue: 2)
    }

    let site: EdgeSite

    /// Brings the files to what the enrolment says; does only what is missing.
    func settle(_ enrolment: Enrolment) async throws -> Repairs {
        var repairs: Repairs = []
        let hosts = KnownHosts.gatewayLine(enrolment.hostAuthority)
        if try WholeFile.read(self.site.knownHostsFile) != Data(hosts.utf8) {
            try WholeFile.write(hosts, to: self.site.knownHostsFile, mode: 0o600)
            repairs.insert(.gateway)
        }
        let keys = AuthorizedKeys(path: self.site.authorizedKeys)
        if try !keys.trusts(enrolment.userAuthority, deviceID: enrolment.deviceID) {
            try keys.trust(enrolment.userAuthority, deviceID: enrolment.deviceID)
            repairs.insert(.admins)
        }
        for user in try Logins(site: self.site).all where try await Logins(site: self.site).open(user, enrolment) {
            repairs.insert(.admins)
        }
        return repairs
    }
}
