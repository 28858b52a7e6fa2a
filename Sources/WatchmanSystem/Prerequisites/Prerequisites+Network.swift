import Foundation
import WatchmanCore

extension Prerequisites {
    /// The clock, the server's name and its reach, in this order.
    func networkChecks() async -> [Prerequisite] {
        guard let contact else {
            let skipped = "skipped: no server named"
            return [
                self.clock(serverClock: nil), Prerequisite(.dns, .ok, skipped), Prerequisite(.server, .ok, skipped),
            ]
        }
        let dns = await self.dns(contact)
        guard dns.verdict == .ok else {
            let server = Prerequisite(.server, .failed, "not tried: its name does not resolve")
            return [self.clock(serverClock: nil), dns, server]
        }
        let (server, time) = await Self.reach(contact)
        return [self.clock(serverClock: time), dns, server]
    }

    private func dns(_ contact: Contact) async -> Prerequisite {
        do {
            let addresses = try await self.host.resolve(contact.host)
            let detail = "\(OutsideText.clean(contact.host, limit: 253)) resolves"
            return Prerequisite(.dns, .ok, found: addresses.first, detail)
        } catch {
            return Prerequisite(.dns, .failed, Self.words(for: error))
        }
    }

    private static func reach(_ contact: Contact) async -> (Prerequisite, Date?) {
        do {
            let time = try await contact.clock()
            let place = OutsideText.clean("\(contact.host):\(contact.port)", limit: 260)
            return (Prerequisite(.server, .ok, found: place, "answers"), time)
        } catch {
            let hint = (error as? WatchmanError)?.hint
            return (Prerequisite(.server, .failed, Self.words(for: error), cure: hint), nil)
        }
    }
}
