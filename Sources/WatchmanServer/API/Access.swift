import WatchmanCore

/// Who may use an endpoint or a page.
enum Access: Hashable, Sendable {
    /// Anyone; the endpoint itself checks what it is given.
    case anyone
    /// An enrolled device, by the signature of its key.
    case device
    /// A person with at least this role: by API key or the local socket, and on pages by a session.
    case role(Role)
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
