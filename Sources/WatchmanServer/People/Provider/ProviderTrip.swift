import Crypto
import Foundation
import Synchronization
import WatchmanCore

/// A sign-in that is under way at the provider: what only the browser that began it brings back.
struct ProviderTrip: Codable, Hashable, Sendable {
    /// Comes back in the address, and must be the one that the browser has: nobody's sign-in is finished in another browser.
    let state: String
    /// Comes back inside the token, so that no other token does.
    let nonce: String
    /// Redeems the code; the provider has seen only its hash (RFC 7636).
    let verifier: String
    /// Where the provider sends the browser.
    let returnAddress: String
    /// The page to show afterwards.
    let next: String
    let endsAt: Date

    /// Seconds that a person has at the provider.
    static let lifetime: TimeInterval = 600

    init(returnAddress: String, next: String, now: Date) {
        // 200 bits each; the verifier has 43 to 128 characters (RFC 7636, 4.1).
        self.state = RandomText.identifier(40)
        self.nonce = RandomText.identifier(40)
        self.verifier = RandomText.identifier(52)
        self.returnAddress = returnAddress
        self.next = next
        self.endsAt = now + Self.lifetime
    }

    /// The verifier's hash (RFC 7636, method S256).
    var challenge: String { Credential.hash(Secret(self.verifier)).base64URL }
}

/// Seals trips for their browsers, so that visitors who begin and never come back leave nothing here, and lets each be ended once. The key is
/// as old as the process: who is at the provider during a restart begins again.
final class ProviderTrips: Sendable {
    /// Trips that may end within the lifetime of one.
    private static let limit = 100_000
    private let key = SymmetricKey(size: .bits256)
    private let ended = Mutex<[String: Date]>([:])

    /// A trip as a cookie's value.
    ///
    /// - Throws: what the encoder or the cipher says.
    func seal(_ trip: ProviderTrip) throws -> Secret {
        let box = try AES.GCM.seal(try JSONEncoder().encode(trip), using: self.key)
        return Secret((box.nonce + box.ciphertext + box.tag).base64URL)
    }

    /// Ends the trip that a cookie tells of, provided that its state is this one.
    ///
    /// - Throws: `WatchmanError` (`unauthenticated`), the same whatever is wrong.
    func end(_ cookie: Secret?, state: String?, now: Date) throws -> ProviderTrip {
        // A clock that was set back makes no trip longer.
        let open = now..<now + 2 * ProviderTrip.lifetime
        guard let state, let trip = cookie.flatMap(self.open), trip.state == state, trip.endsAt > now,
            open.contains(trip.endsAt), self.isFirst(trip, now)
        else {
            throw WatchmanError(
                .unauthenticated, "this sign-in was not begun in this browser, took too long, or is over already")
        }
        return trip
    }

    private func open(_ cookie: Secret) -> ProviderTrip? {
        guard cookie.revealed.utf8.count <= 8 << 10, let bytes = Data(base64URL: cookie.revealed),
            let box = try? AES.GCM.SealedBox(combined: bytes), let plain = try? AES.GCM.open(box, using: self.key)
        else { return nil }
        return try? JSONDecoder().decode(ProviderTrip.self, from: plain)
    }

    private func isFirst(_ trip: ProviderTrip, _ now: Date) -> Bool {
        self.ended.withLock { ended in
            if ended.count.isMultiple(of: 1024) { ended = ended.filter { $0.value > now } }
            return ended.count < Self.limit && ended.updateValue(trip.endsAt, forKey: trip.state) == nil
        }
    }
}
