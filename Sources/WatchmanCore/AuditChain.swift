import Crypto
public import Foundation

/// Chains audit rows: each holds a hash over itself and the hash of the row before it, so that none can be changed, left out or put in
/// without changing every later hash. Whoever keeps an old hash elsewhere can tell.
public enum AuditChain {
    /// Stands in for the hash before the first row.
    public static let start = Data(count: 32)

    /// SHA-256 over the 32 bytes of the hash before, then the row's number and its texts in order, each as its length in bytes in
    /// decimal, `:` and its UTF-8 bytes (a netstring without the comma), so that no two rows read alike.
    public static func hash(_ previous: Data, _ id: Int64, _ texts: [String]) -> Data {
        var hasher = SHA256()
        hasher.update(data: previous)
        for text in ["\(id)"] + texts {
            hasher.update(data: Data("\(text.utf8.count):\(text)".utf8))
        }
        return Data(hasher.finalize())
    }
}
