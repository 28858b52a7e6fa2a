public import Foundation
public import GRDB
public import WatchmanCore

/// A device that brought a right token and waits for a person's word.
public struct Applicant: Codable, Sendable, FetchableRecord, PersistableRecord {
    /// The id that the device will have.
    public var id: String
    /// The tunnel key, as one line.
    public var publicKey: String
    /// The token it brought.
    public var tokenID: String
    /// The name it asks for.
    public var name: String?
    /// Host keys of its sshd.
    public var hostKeys: [SSHPublicKey]
    /// What it says it is.
    public var facts: DeviceFacts
    /// Whether the server shall hold its root password.
    public var escrowsRootPassword: Bool
    /// Device clock minus server clock, seconds.
    public var clockSkew: Double
    /// The address it asked from.
    public var source: String
    /// What became of it.
    public var state: ApplicantSummary.State
    /// When it asked first.
    public var createdAt: Date

    /// The table.
    public static let databaseTableName = "applicant"
    /// JSON columns are written in the API's dialect.
    public static func databaseJSONEncoder(for column: String) -> JSONEncoder { WireJSON.encoder }
    /// JSON columns are read in the API's dialect.
    public static func databaseJSONDecoder(for column: String) -> JSONDecoder { WireJSON.decoder }

    /// A request as it waits.
    init(_ request: RegistrationRequest, source: String, now: Date) {
        self.id = RandomText.identifier(10)
        self.publicKey = request.publicKey.line
        self.tokenID = request.tokenID
        self.name = request.name
        self.hostKeys = request.hostKeys
        self.facts = request.facts.cleaned
        self.escrowsRootPassword = request.escrowsRootPassword
        self.clockSkew = request.clock.timeIntervalSince(now)
        self.source = source
        self.state = .waiting
        self.createdAt = now
    }
}
