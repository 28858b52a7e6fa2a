import Testing
import WatchmanCore

@testable import WatchmanServer

/// Someone who knocks: every kind of them there is.
struct AccessPrincipal: Hashable, Sendable, CustomTestStringConvertible {
    enum Kind: Hashable, Sendable {
        case nobody, key, expiredKey, revokedKey, keyOfRemovedPerson
        case device
        /// Speaks in the name of the device, and signs with a key of its own.
        case otherDevice
        case removedDevice
        case browser, signedOutBrowser, staleBrowser
        case localSocket
    }

    /// Which devices there are for them.
    enum Place: String, CaseIterable, Sendable { case everywhere, inside, outside }

    let kind: Kind
    var rights = Rights(role: .viewer)
    var place = Place.everywhere

    /// Keys and browsers with all rights that differ, and everyone else.
    static let all: [AccessPrincipal] = {
        let others: [Kind] = [
            .nobody, .expiredKey, .revokedKey, .keyOfRemovedPerson, .device, .otherDevice, .removedDevice,
            .signedOutBrowser, .staleBrowser,
        ]
        var all = others.map { AccessPrincipal(kind: $0) }
        all.append(AccessPrincipal(kind: .localSocket, rights: .all))
        for kind in [Kind.key, .browser] {
            for role in Role.allCases {
                for rights in [Rights(role: role), Rights(role: role, mayReveal: true)] {
                    all += Place.allCases.map { AccessPrincipal(kind: kind, rights: rights, place: $0) }
                }
            }
        }
        return all
    }()

    /// The scope as people write it: devices are in Berlin.
    var scope: String? {
        switch self.place {
        case .everywhere: nil
        case .inside: "site=berlin"
        case .outside: "site=paris"
        }
    }

    var testDescription: String {
        let words = self.kind == .key || self.kind == .browser ? " \(self.rights.words) \(self.place.rawValue)" : ""
        return "\(self.kind)\(words)"
    }
}

/// What becomes of a request.
enum AccessOutcome: Hashable, Sendable {
    case answered, unknown, refused, notFound
}

extension AccessPrincipal {
    /// What the rule says, for one who is known here by `kinds`.
    func outcome(_ rule: AccessRule, knownAs kinds: Set<Kind>) -> AccessOutcome {
        if rule.access == .anyone { return .answered }
        if rule.access == .device { return self.kind == .device ? .answered : .unknown }
        guard kinds.contains(self.kind) else { return .unknown }
        switch rule.access {
        case .anyone, .device, .own: return .answered
        case .role(let role): return self.rights.role >= role && self.place == .everywhere ? .answered : .refused
        case .scoped(let role): return self.rights.role >= role ? self.outcome(inPlace: rule) : .refused
        case .reveal: return self.rights.mayReveal ? self.outcome(inPlace: rule) : .refused
        }
    }

    private func outcome(inPlace rule: AccessRule) -> AccessOutcome {
        guard self.place == .outside else { return .answered }
        if rule.makesForBerlin { return .refused }
        return rule.isAboutBerlin ? .notFound : .answered
    }
}
