import Foundation
import GRDB
import Glibc
public import WatchmanCore

/// What sshd runs to ask whom a key or certificate belongs to (AuthorizedKeysCommand, AuthorizedPrincipalsCommand).
///
/// It runs for every login, the first time *before* the client has proved that it holds the key, so it only reads, and it is decided
/// before anything else in `main`, since every millisecond here counts when a whole fleet comes back.
public enum KeyLookup {
    /// The hidden first argument.
    public static let verb = "gateway-keys"

    /// Answers sshd if this process was started for that, and ends it; otherwise returns at once.
    public static func answerIfAsked(_ arguments: [String]) {
        guard (7...8).contains(arguments.count), arguments[1] == Self.verb else { return }
        // sshd waits for us; a hung lookup would hold a login slot until LoginGraceTime.
        alarm(2)
        let answer = try? Self.answer(
            database: arguments[2], kind: arguments[3], user: arguments[4], expectedUser: arguments[5],
            subject: arguments[6], serial: arguments.count > 7 ? arguments[7] : "")
        if let answer { print(answer) }
        exit(answer == nil ? 1 : 0)
    }

    /// The authorized_keys or principals line, or nil if nobody here has this key.
    ///
    /// `subject` is for `key` the key's base64 blob, for `principals` the certificate's key id, which the CA signed, as it did `serial`.
    static func answer(
        database path: String, kind: String, user: String, expectedUser: String, subject: String, serial: String = ""
    ) throws -> String? {
        guard user == expectedUser else { return nil }
        return try Self.read(path) { db in try Self.line(db, kind, subject, serial) }
    }

    /// What sshd would be told of each of these keys, in their order.
    public static func answers(database path: String, keys: [SSHPublicKey]) throws -> [String?] {
        try self.read(path) { db in try keys.map { try Self.line(db, "key", $0.base64, "") } }
    }

    private static func read<Value>(_ path: String, _ body: (Database) throws -> Value) throws -> Value {
        var configuration = Configuration()
        configuration.readonly = true
        // The gateway may be writing; its transactions take milliseconds.
        configuration.busyMode = .timeout(1)
        return try DatabaseQueue(path: path, configuration: configuration).read(body)
    }

    private static func line(_ db: Database, _ kind: String, _ subject: String, _ serial: String) throws -> String? {
        switch kind {
        case "key":
            let row = try Row.fetchOne(
                db, sql: "SELECT type, port FROM deviceKey WHERE blob = ?", arguments: [subject])
            return row.map { Self.deviceLine(type: $0["type"], blob: subject, port: $0["port"]) }
        case "principals":
            let id = String(decoding: subject.utf8.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
            guard let serial = Int64(serial) else { return nil }
            let sql = """
                SELECT port FROM deviceKey WHERE deviceID = ?
                AND NOT EXISTS (SELECT 1 FROM revokedCertificate WHERE serial = ?)
                """
            let port = try Int.fetchOne(db, sql: sql, arguments: [id, serial])
            return port.map { Self.adminLine(deviceID: id, port: $0) }
        default:
            return nil
        }
    }

    /// A device may hold its own port open and nothing else. `restrict` without `port-forwarding` would refuse even that.
    public static func deviceLine(type: String, blob: String, port: Int) -> String {
        "restrict,port-forwarding,permitlisten=\"127.0.0.1:\(port)\" \(type) \(blob)"
    }

    /// A certificate for this device may reach its port and nothing else.
    static func adminLine(deviceID: String, port: Int) -> String {
        "restrict,port-forwarding,permitopen=\"127.0.0.1:\(port)\" wm-jump-\(deviceID)"
    }
}
