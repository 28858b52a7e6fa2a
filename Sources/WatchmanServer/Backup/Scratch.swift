import Foundation
import WatchmanCore
import WatchmanSystem

/// Folders for work that may be broken off at any moment.
enum Scratch {
    private static let prefix = ".scratch-"

    /// Lends a new folder (0700) below `parent` to `body`, and removes it.
    static func with<Value>(in parent: String, _ body: (String) throws -> Value) throws -> Value {
        let folder = "\(parent)/\(Self.prefix)\(RandomText.identifier(8))"
        try WholeFile.makeFolder(folder, mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(folder)
    }

    /// Removes what was left by a process that was killed. Only for a parent that nobody else works in at this moment.
    static func clear(in parent: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        where name.hasPrefix(Self.prefix) {
            try? FileManager.default.removeItem(atPath: "\(parent)/\(name)")
        }
    }
}
