import WatchmanCore
import WatchmanStore

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
}

/// Who is calling.
enum Caller: Sendable {
    /// Nobody in particular.
    case anyone
    /// This device.
    case device(DeviceInfo)
    /// This person.
    case person(Person)
}
