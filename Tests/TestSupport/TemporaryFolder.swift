import Foundation

/// A folder for the files of one test.
public enum TemporaryFolder {
    /// Makes an empty folder, lends its path to `body` and removes it again; `parent` is for tests that need a certain file system.
    public static func with<Value>(
        in parent: String? = nil, _ body: (String) async throws -> Value
    ) async throws -> Value {
        let folder = try self.make(parent)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }

    /// The same for a test that does not wait.
    public static func with<Value>(_ body: (String) throws -> Value) throws -> Value {
        let folder = try self.make(nil)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(folder)
    }

    /// The permission bits of a file or folder.
    public static func mode(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private static func make(_ parent: String?) throws -> String {
        let parent = parent.map { URL(fileURLWithPath: $0) } ?? FileManager.default.temporaryDirectory
        let folder = parent.appending(path: "watchman-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.path
    }
}
