/// Someone whom the gateway's sshd let in.
public struct GatewayLogin: Hashable, Sendable {
    /// An admin's certificate, as the CA signed it.
    public struct Certificate: Hashable, Sendable {
        /// What the server wrote into it: the device's id and who asked.
        public var keyID: String
        /// Its number.
        public var serial: Int64

        /// Creates a value.
        public init(keyID: String, serial: Int64) {
            self.keyID = keyID
            self.serial = serial
        }
    }

    /// The login user.
    public var user: String
    /// The address that the connection came from.
    public var address: String
    /// The port there; with the address it names the connection.
    public var port: Int
    /// Fingerprint of the key, or of the certificate's key.
    public var fingerprint: String
    /// The certificate, or nil for a plain key.
    public var certificate: Certificate?

    /// Creates a login.
    public init(user: String, address: String, port: Int, fingerprint: String, certificate: Certificate?) {
        self.user = user
        self.address = address
        self.port = port
        self.fingerprint = fingerprint
        self.certificate = certificate
    }
}

/// What a line of the gateway sshd's log tells (sshd's auth.c, the same from OpenSSH 9.2 to 10).
///
/// A stranger chooses parts of many lines, such as the user of `Invalid user NAME from`, but never how a line begins; and the name in
/// a line that begins with `Accepted` is one that sshd let in.
public enum GatewayLogLine: Hashable, Sendable {
    /// The holder of a key or certificate proved it.
    case accepted(GatewayLogin)
    /// A key or a user was turned away.
    case refused
    /// The process that serves someone who was let in.
    case child(Int32)
    /// A device was not given this port, because another connection holds it.
    case portTaken(Int)

    /// Reads a line, or gives nil for one that tells neither.
    public init?(_ line: some Collection<UInt8>) {
        let bytes = Array(line)
        let end = bytes.lastIndex { !ASCII.isSpace($0) }.map { $0 + 1 } ?? 0
        var words = Words(rest: bytes[..<end])
        if words.take("Accepted publickey for ") {
            guard let login = GatewayLogin(&words) else { return nil }
            self = .accepted(login)
        } else if words.isRefusal {
            self = .refused
        } else if words.take("User child is on pid ") {
            guard let pid = words.word().flatMap({ Int32($0) }), pid > 1 else { return nil }
            self = .child(pid)
        } else if words.take("channel_setup_fwd_listener_tcpip: cannot listen to port: ") {
            guard let port = words.word().flatMap({ Int($0) }), (1...65535).contains(port) else { return nil }
            self = .portTaken(port)
        } else {
            return nil
        }
    }
}

extension GatewayLogin {
    /// Reads `USER from ADDRESS port PORT ssh2: TYPE FINGERPRINT[ ID KEY-ID (serial N) CA ...]`.
    fileprivate init?(_ words: inout Words) {
        guard let user = words.word(), words.take("from "), let address = words.word(), words.take("port "),
            let port = words.word().flatMap({ Int($0) }), (1...65535).contains(port), words.take("ssh2: "),
            let type = words.word(), let fingerprint = words.word()
        else { return nil }
        self.init(user: user, address: address, port: port, fingerprint: fingerprint, certificate: nil)
        guard type.utf8.suffix(5).elementsEqual("-CERT".utf8) else { return }
        guard let certificate = Certificate(&words) else { return nil }
        self.certificate = certificate
    }
}

extension GatewayLogin.Certificate {
    /// The key id may hold blanks; what follows it is sshd's, so the last `(serial` counts.
    fileprivate init?(_ words: inout Words) {
        let mark = Array(" (serial ".utf8)
        guard words.take("ID "), let start = words.last(mark) else { return nil }
        let keyID = String(decoding: words.rest[..<start], as: UTF8.self)
        words.rest = words.rest[(start + mark.count)...]
        let digits = words.rest.prefix { ASCII.isDigit($0) }
        words.rest = words.rest[digits.endIndex...]
        guard let serial = Int64(String(decoding: digits, as: UTF8.self)), words.take(") CA ") else { return nil }
        self.init(keyID: keyID, serial: serial)
    }
}

/// What is left of a line.
private struct Words {
    var rest: ArraySlice<UInt8>

    /// Goes past `text` if the rest begins with it.
    mutating func take(_ text: String) -> Bool {
        guard self.rest.starts(with: text.utf8) else { return false }
        self.rest = self.rest.dropFirst(text.utf8.count)
        return true
    }

    /// Takes what stands before the next blank, of visible ASCII and not empty, and the blank.
    mutating func word() -> String? {
        let word = self.rest.prefix { $0 != UInt8(ascii: " ") }
        guard !word.isEmpty, word.count <= 255, word.allSatisfy(ASCII.isGraphic) else { return nil }
        self.rest = self.rest[word.endIndex...].dropFirst()
        return String(decoding: word, as: UTF8.self)
    }

    /// Where `mark` stands last.
    func last(_ mark: [UInt8]) -> Int? {
        guard self.rest.count >= mark.count else { return nil }
        return (self.rest.startIndex...(self.rest.endIndex - mark.count)).last {
            self.rest[$0...].starts(with: mark)
        }
    }

    /// Every refusal has one line that begins like this. `Failed publickey for invalid user` comes beside `Invalid user`.
    var isRefusal: Bool {
        if self.rest.starts(with: "Failed publickey for ".utf8) {
            return !self.rest.starts(with: "Failed publickey for invalid user ".utf8)
        }
        if self.rest.starts(with: "Invalid user ".utf8) { return true }
        return self.rest.starts(with: "User ".utf8) && self.last(Array(" not allowed because ".utf8)) != nil
    }
}
