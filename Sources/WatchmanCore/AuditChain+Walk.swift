public import Foundation

extension AuditChain {
    /// A row's number and hash. Whoever keeps one elsewhere can tell later whether that row or any before it was changed.
    public struct Head: Hashable, Sendable {
        /// The row's number; 0 stands before the first.
        public var id: Int64
        /// Its hash, in hexadecimal digits.
        public var hash: String

        /// Creates a head.
        public init(id: Int64, hash: String) {
            self.id = id
            self.hash = hash
        }

        /// Reads `ID:HASH`, or gives nil.
        public init?(_ text: String) {
            let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard parts.count == 2, let id = Int64(String(decoding: parts[0], as: UTF8.self)), id >= 0,
                parts[1].count == 64, parts[1].allSatisfy({ ASCII.isDigit($0) || (0x61...0x66).contains($0) })
            else { return nil }
            self.init(id: id, hash: String(decoding: parts[1], as: UTF8.self))
        }

        /// `ID:HASH`.
        public var text: String { "\(self.id):\(self.hash)" }
    }

    /// Follows a trail from its first row on.
    public struct Walk: Sendable {
        /// The last row that was taken.
        public private(set) var head = Head(id: 0, hash: AuditChain.hex(AuditChain.start))
        private var hash = AuditChain.start
        private let noted: Head?

        /// Begins. `noted` is a head that was kept elsewhere.
        public init(noted: Head? = nil) { self.noted = noted }

        /// Takes the next row.
        ///
        /// - Throws: `WatchmanError` (`conflict`) that names the first row that is not as it was written.
        public mutating func take(_ row: AuditRow) throws {
            guard row.id == self.head.id + 1 else {
                let next = self.head.id + 1
                throw Self.broken(
                    row.id > next ? "row \(next) is missing" : "row \(row.id) stands where row \(next) should")
            }
            let hash = AuditChain.hash(self.hash, row.id, row.texts)
            let head = Head(id: row.id, hash: AuditChain.hex(hash))
            guard head.hash == row.hash else { throw Self.broken("row \(row.id) does not follow from those before it") }
            guard head.id != self.noted?.id || head == self.noted else {
                throw Self.broken("row \(row.id) is not the one that was noted")
            }
            (self.head, self.hash) = (head, hash)
        }

        /// Says that there are no more rows.
        ///
        /// - Throws: `WatchmanError` (`conflict`) if the end was cut off.
        public func finish() throws {
            guard let noted, noted.id > self.head.id else { return }
            throw Self.broken("it ends with row \(self.head.id), but row \(noted.id) was noted")
        }

        private static func broken(_ what: String) -> WatchmanError {
            WatchmanError(.conflict, "the audit trail was tampered with: \(what)")
        }
    }

    /// A hash in hexadecimal digits.
    public static func hex(_ hash: Data) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
