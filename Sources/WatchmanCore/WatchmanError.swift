/// The one error people and API clients see: what went wrong, with which object, why, and what to run next.
///
/// `message` is lower case without a full stop and never holds a secret.
public struct WatchmanError: Error, Hashable, Sendable, Codable {
    /// What kind of failure this is; decides the HTTP status and the exit status.
    public enum Code: String, Sendable, Codable, CaseIterable {
        /// The request is malformed.
        case invalid
        /// The caller did not prove who it is.
        case unauthenticated
        /// The caller is known and may not do this.
        case forbidden
        /// No such object.
        case notFound = "not-found"
        /// The request contradicts the present state.
        case conflict
        /// Something needed is exhausted (ports, disk).
        case exhausted
        /// Too much was asked in too short a time: the same works later.
        case limited
        /// The other side cannot be reached or is not ready.
        case unavailable
        /// A file or setting on this machine is wrong.
        case configuration
        /// A fault of watchman's own.
        case `internal`
    }

    /// The kind of failure.
    public var code: Code
    /// `<what>: <cause>`.
    public var message: String
    /// One command that works, or nil.
    public var hint: String?

    /// Creates an error from its three parts.
    public init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }
}

extension WatchmanError: CustomStringConvertible {
    /// The message alone, as it is printed after `watchman: error: `.
    public var description: String { self.message }
}

/// The body of every API response that is not a success.
public struct ErrorBody: Codable, Sendable {
    /// The failure.
    public var error: WatchmanError

    /// Wraps an error for the wire.
    public init(error: WatchmanError) { self.error = error }
}
