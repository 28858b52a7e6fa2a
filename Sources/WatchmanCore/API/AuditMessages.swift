/// `GET /api/v1/audit`, newest first, and `GET /api/v1/audit/chain`, oldest first: who did what.
public struct AuditList: Codable, Sendable {
    /// The rows.
    public var entries: [AuditRow]
    /// `after` of the next page, or nil if nothing is left.
    public var next: String?

    /// Creates a page.
    public init(entries: [AuditRow], next: String?) {
        self.entries = entries
        self.next = next
    }
}

/// One thing that was done, and a line of what `admin audit export` prints.
public struct AuditRow: Codable, Hashable, Sendable {
    /// Counts the rows from 1.
    public var id: Int64
    /// When it was done.
    public var at: AuditTime
    /// By whom: `local`, `user:NAME`, `key:ID`, `device:ID`, `token:ID`, `job:NAME`, `anyone` or `watchman`.
    public var actor: String
    /// From which address, `local` on the server's socket, or empty for what the server did by itself.
    public var source: String
    /// What was done, such as `device.rename`.
    public var action: String
    /// To what: an id or a name.
    public var subject: String
    /// More of it, or empty.
    public var detail: String
    /// What chains it to the row before it, in hexadecimal digits; see `AuditChain`.
    public var hash: String

    /// Creates a row.
    public init(
        id: Int64, at: AuditTime, actor: String, source: String, action: String, subject: String, detail: String,
        hash: String
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.source = source
        self.action = action
        self.subject = subject
        self.detail = detail
        self.hash = hash
    }

    /// What the hash is over, in order.
    public var texts: [String] { [self.at.text, self.actor, self.source, self.action, self.subject, self.detail] }
}

/// The time of an audit row to the millisecond, exactly as the row's hash has it: `2026-09-21 14:13:20.123`, in UTC.
///
/// In JSON it is `2026-09-21T14:13:20.123Z` (RFC 3339). Text of another form stays as it is, so that a row whose time was tampered
/// with can still be read, and be found.
public struct AuditTime: Codable, Hashable, Sendable {
    /// The time as the database has it.
    public var text: String

    /// A time as the database has it.
    public init(_ text: String) { self.text = text }

    /// Reads the JSON form.
    public init(from decoder: any Decoder) throws {
        let wire = try decoder.singleValueContainer().decode(String.self)
        self.text = Self.changed(wire, from: "T", "Z", to: " ", "")
    }

    /// Writes the JSON form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Self.changed(self.text, from: " ", "", to: "T", "Z"))
    }

    private static func changed(
        _ text: String, from middle: String, _ end: String, to otherMiddle: String, _ otherEnd: String
    ) -> String {
        let bytes = Array(text.utf8)
        let form = Array("0000-00-00\(middle)00:00:00.000\(end)".utf8)
        let fits =
            bytes.count == form.count
            && zip(bytes, form).allSatisfy { $1 == UInt8(ascii: "0") ? ASCII.isDigit($0) : $0 == $1 }
        guard fits else { return text }
        let parts = [bytes[..<10], bytes[11..<23]].map { String(decoding: $0, as: UTF8.self) }
        return "\(parts[0])\(otherMiddle)\(parts[1])\(otherEnd)"
    }
}
