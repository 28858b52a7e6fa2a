import Foundation
import Synchronization
import WatchmanCore

/// A hundred TCP ports that nobody listens on, below the range that the kernel takes for outgoing connections.
struct Ports: Sendable {
    private static let size = 100
    private static let blocks = 220
    private static let next = Mutex(Int.random(in: 0..<blocks))
    private let first: Int

    /// Takes a block that no other test of this run has.
    static func take() throws -> Ports {
        let taken = self.listening()
        for _ in 0..<self.blocks {
            let block = self.next.withLock { next in
                next = (next + 1) % self.blocks
                return next
            }
            let first = 10000 + block * self.size
            if taken.isDisjoint(with: first..<(first + self.size)) { return Ports(first: first) }
        }
        throw WatchmanError(.unavailable, "there is no block of free ports")
    }

    var api: Int { self.first }
    var gateway: Int { self.first + 1 }
    /// Ports for anything.
    func spare(_ index: Int) -> Int { self.first + 2 + index }
    /// The dedicated ports that the gateway gives to devices.
    var devices: ClosedRange<Int> { self.first + 40...self.first + 99 }

    /// Every local port in the kernel's tables (proc(5), /proc/net/tcp), whatever the address.
    private static func listening() -> Set<Int> {
        let lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { file in
            (try? String(contentsOfFile: file, encoding: .utf8))?.split(separator: "\n").dropFirst() ?? []
        }
        return Set(
            lines.compactMap { line in
                let fields = line.split(separator: " ")
                return fields.count > 1 ? fields[1].split(separator: ":").last.flatMap { Int($0, radix: 16) } : nil
            })
    }
}
