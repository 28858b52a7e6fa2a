import WatchmanCore

/// Who may use an endpoint or a page.
enum Access: Hashable, Sendable {
    /// Anyone; the endpoint itself checks what it is given.
    case anyone
    /// An enrolled device, by the signature of its key.
    case device
    /// A person with at least this role whose scope is all devices: by API key or the local socket, and on pages by a session.
    case role(Role)
    /// A person with at least this role; the answer keeps within their scope.
    case scoped(Role)
    /// A person with the permission reveal, whatever their role; the answer keeps within their scope.
    case reveal
    /// A person, for what is theirs alone; on pages also one who has yet to set up a second factor.
    case own

    /// Whether it is for this person. The only place that compares rights.
    ///
    /// - Throws: `WatchmanError` (`forbidden`) that says why it is not.
    func require(_ person: Person) throws {
        switch self {
        case .anyone, .own: return
        case .device: throw WatchmanError(.forbidden, "this is for devices")
        case .role(let role):
            try Self.require(role, person)
            guard person.scope == nil else {
                throw WatchmanError(.forbidden, "this is for people whose scope is all devices")
            }
        case .scoped(let role): try Self.require(role, person)
        case .reveal:
            guard person.mayReveal else { throw WatchmanError(.forbidden, "this is for the permission reveal") }
        }
    }

    /// Whether it is for this person.
    func allows(_ person: Person) -> Bool { (try? self.require(person)) != nil }

    private static func require(_ role: Role, _ person: Person) throws {
        guard person.role >= role else {
            throw WatchmanError(.forbidden, "this is for the role \(role.rawValue); yours is \(person.role.rawValue)")
        }
    }
}

/// A person, or a program that has a person's rights.
struct Person: Hashable, Sendable {
    /// The name that goes into certificates and the audit table: `local`, `key:ID` or `user:NAME`.
    let actor: String
    let role: Role
    /// Whether they may see root passwords; no role includes it.
    var mayReveal = false
    /// The only devices that exist for them, or nil for all.
    var scope: DeviceSelector?

    /// A person with these rights.
    init(actor: String, rights: Rights) {
        self.init(actor: actor, role: rights.role, mayReveal: rights.mayReveal, scope: rights.scope)
    }

    init(actor: String, role: Role, mayReveal: Bool = false, scope: DeviceSelector? = nil) {
        self.actor = actor
        self.role = role
        self.mayReveal = mayReveal
        self.scope = scope
    }

    /// On whose behalf something is done that they ask for from this address.
    func principal(from source: String) -> Principal {
        Principal(name: self.actor, source: source, scope: self.scope)
    }
}

/// What a device signed.
struct SignedCall: Sendable {
    let device: String
    let sequence: Int64
}

/// Who is calling.
enum Caller: Sendable {
    /// Nobody in particular.
    case anyone
    /// The device that signed the call. Only the store takes it: it sees to it that the number is new.
    case device(SignedCall)
    /// This person.
    case person(Person)
}
