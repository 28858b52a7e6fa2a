import Foundation
import Synchronization

/// Cuts a stream of bytes into lines. A line longer than 4 KiB is cut.
final class LineSplitter: Sendable {
    private let rest = Mutex<[UInt8]>([])
    private let onLine: @Sendable (String) -> Void

    init(_ onLine: @escaping @Sendable (String) -> Void) { self.onLine = onLine }

    func take(_ data: Data) {
        let lines = self.rest.withLock { rest in
            rest += data
            var lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            rest = Array(lines.removeLast().prefix(4096))
            return lines
        }
        for line in lines {
            let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if !text.isEmpty { self.onLine(String(decoding: text.prefix(4096), as: UTF8.self)) }
        }
    }
}
