import Foundation
public import WatchmanCore
import WatchmanSystem

/// The users besides root that admins can log in as. Each one's line is written with that user's own rights.
public struct Logins: Sendable {
    let site: EdgeSite

    /// The logins of a device.
    public init(site: EdgeSite) { self.site = site }

    /// Their names, sorted.
    ///
    /// - Throws: `WatchmanError` (`configuration`) if the file is damaged.
    public var all: [String] {
        get throws {
            guard let data = try WholeFile.read(self.site.loginsFile) else { return [] }
            guard let names = try? WireJSON.decode([String].self, from: data), names.allSatisfy(AccountName.isValid)
            else {
                throw WatchmanError(
                    .configuration, "\(self.site.loginsFile) is damaged", hint: "rm \(self.site.loginsFile)")
            }
            return names
        }
    }

    /// Lets admins in as this user.
    ///
    /// - Returns: whether that is new.
    /// - Throws: `WatchmanError`: `invalid` if there is no such user, `configuration` if the line cannot be written.
    public func add(_ user: String, _ enrolment: Enrolment) async throws -> Bool {
        guard user != "root" else { throw WatchmanError(.invalid, "root is a login already, and stays one") }
        _ = try self.keys(user)
        let names = try self.all
        // Noted first, so that whatever happens the line is found again when it is to go.
        if !names.contains(user) { try self.write(names + [user]) }
        return try await self.open(user, enrolment) || !names.contains(user)
    }

    /// Lets nobody in as this user any more.
    ///
    /// - Returns: whether they were.
    public func remove(_ user: String) async throws -> Bool {
        let names = try self.all
        guard names.contains(user) else { return false }
        // Of an account that is gone, so is the line.
        if let (keys, account) = try? self.keys(user) { try await FileRights.of(account) { try keys.distrust() } }
        try self.write(names.filter { $0 != user })
        return true
    }

    /// Lets nobody in as any of them.
    func removeAll() async throws {
        for user in try self.all { _ = try await self.remove(user) }
    }

    /// Sees to a user's line.
    ///
    /// - Returns: whether it was missing.
    func open(_ user: String, _ enrolment: Enrolment) async throws -> Bool {
        let (keys, account) = try self.keys(user)
        return try await FileRights.of(account) {
            if try keys.trusts(enrolment.userAuthority, deviceID: enrolment.deviceID) { return false }
            try keys.trust(enrolment.userAuthority, deviceID: enrolment.deviceID)
            return true
        }
    }

    private func keys(_ user: String) throws -> (AuthorizedKeys, account: (uid: uid_t, gid: gid_t)) {
        guard AccountName.isValid(user), let account = Accounts.user(user), let home = Accounts.home(user) else {
            throw WatchmanError(
                .invalid, "there is no user '\(OutsideText.clean(user, limit: 32))' on this device",
                hint: "getent passwd")
        }
        let path = self.site.sshd?.userKeys.map { "\($0)/\(user)" } ?? "\(home)/.ssh/authorized_keys"
        return (AuthorizedKeys(path: path, user: user), account)
    }

    private func write(_ names: [String]) throws {
        try WholeFile.write(try WireJSON.encode(names.sorted()), to: self.site.loginsFile, mode: 0o600)
    }
}
