/// Header fields and signature namespaces of the calls that a device signs with its SSH key.
public enum DeviceSignature {
    /// Names the calling device.
    public static let deviceField = "Watchman-Device"
    /// A number that only ever grows, per device: a replayed call is refused.
    public static let sequenceField = "Watchman-Sequence"
    /// Base64 of the SSHSIG blob.
    public static let signatureField = "Watchman-Signature"
    /// SSHSIG namespace of a registration's body.
    public static let registerNamespace = "watchman-register@v1"
    /// SSHSIG namespace of every later call.
    public static let callNamespace = "watchman-call@v1"
    /// SSHSIG namespace of what a new key signs when a device goes over to it.
    public static let keyNamespace = "watchman-key@v1"

    /// The bytes that are signed for a call: what is asked, by whom, with which number and which body.
    public static func message(
        method: String, path: String, device: String, sequence: Int64, body: [UInt8]
    ) -> [UInt8] {
        Array("\(method) \(path)\n\(device)\n\(sequence)\n".utf8) + body
    }

    /// The bytes that a new key signs: whose it will be, and on which machine it was made.
    public static func keyMessage(device: String, bootID: String, publicKey: SSHPublicKey) -> [UInt8] {
        Array("\(device)\n\(bootID)\n\(publicKey.line)\n".utf8)
    }
}

/// `POST /api/v1/agent/check-in`: the device reports.
public struct CheckInRequest: Codable, Sendable {
    /// What the device is.
    public var facts: DeviceFacts
    /// How the device is.
    public var vitals: DeviceVitals
    /// Why the tunnel is down, in words, as the agent sees it.
    public var tunnelProblem: String?
    /// The kernel's number of this boot: two that take turns are two machines with one key.
    public var bootID: String?
    /// The host keys of the device's sshd, when the server may not know them yet.
    public var hostKeys: [SSHPublicKey]?
    /// The users that admins can log in as.
    public var logins: [String]?
    /// What `tunnelProblem` says, for programs; an older agent sends none.
    public var problem: TunnelProblem?
    /// By which way the tunnel goes, by the name of a `TunnelWay`; a newer agent may know others.
    public var way: String?
    /// How sparing the device is with its network, by the profile's name.
    public var profile: String?
    /// Whether this is a farewell: the agent was stopped on purpose.
    public var isLeaving: Bool?

    /// Creates a report.
    public init(
        facts: DeviceFacts, vitals: DeviceVitals, tunnelProblem: String?, bootID: String? = nil,
        hostKeys: [SSHPublicKey]? = nil, logins: [String]? = nil
    ) {
        self.facts = facts
        self.vitals = vitals
        self.tunnelProblem = tunnelProblem
        self.bootID = bootID
        self.hostKeys = hostKeys
        self.logins = logins
    }
}

/// The answer to a check-in.
public struct CheckInResponse: Codable, Sendable {
    /// Whether the gateway sees the device's port held open.
    public var tunnelIsUp: Bool
    /// Seconds until the next check-in is due.
    public var interval: Int
    /// Whether a root password waits to be set.
    public var passwordIsPending: Bool
    /// The enrolment as it stands now.
    public var enrolment: Enrolment
    /// Whether this machine shall make a new key, because another one has the old key, too.
    public var needsNewKey: Bool?

    /// Creates an answer.
    public init(
        tunnelIsUp: Bool, interval: Int, passwordIsPending: Bool, enrolment: Enrolment, needsNewKey: Bool? = nil
    ) {
        self.tunnelIsUp = tunnelIsUp
        self.interval = interval
        self.passwordIsPending = passwordIsPending
        self.enrolment = enrolment
        self.needsNewKey = needsNewKey
    }
}

/// `POST /api/v1/agent/key`: the device goes over to a new key. The old key signs the call, the new one the proof.
public struct KeyChange: Codable, Sendable {
    /// The new key.
    public var publicKey: SSHPublicKey
    /// The boot of the machine that made it: only the one that was chosen may.
    public var bootID: String
    /// Base64 of an SSHSIG by the new key over `DeviceSignature.keyMessage`.
    public var proof: String

    /// Creates a request from its parts.
    public init(publicKey: SSHPublicKey, bootID: String, proof: String) {
        self.publicKey = publicKey
        self.bootID = bootID
        self.proof = proof
    }
}

/// `POST /api/v1/agent/password`: the root password that the device shall set. Asking again gives the same one until it is confirmed.
public struct PendingPassword: Codable, Sendable {
    /// Counts the device's passwords from 1.
    public var version: Int
    /// The password.
    public var password: Secret

    /// Creates an answer.
    public init(version: Int, password: Secret) {
        self.version = version
        self.password = password
    }
}

/// `POST /api/v1/agent/password/confirm`: the password of this version is set and was checked against the shadow file.
public struct PasswordConfirmation: Codable, Sendable {
    /// The version that was set.
    public var version: Int

    /// Creates a confirmation.
    public init(version: Int) { self.version = version }
}

/// An answer with nothing to say.
public struct Acknowledgement: Codable, Sendable {
    /// Creates the answer.
    public init() {}
}

/// How a device learns that its call's number was used before.
public enum StaleCall {
    /// What the error's message begins with; the last number that was accepted follows.
    public static let prefix = "the call is not new: the last number was "

    /// The last accepted number, if `error` is about that.
    public static func lastSequence(_ error: WatchmanError) -> Int64? {
        guard error.code == .conflict, error.message.utf8.starts(with: Self.prefix.utf8) else { return nil }
        let last = Int64(String(decoding: error.message.utf8.dropFirst(Self.prefix.utf8.count), as: UTF8.self))
        // A number that none can follow would make the caller's count overflow.
        return last.flatMap { (0..<Int64.max).contains($0) ? $0 : nil }
    }
}
