import Crypto
import Foundation
import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization
import WatchmanCore

/// The server's own program, for machines that have none yet.
actor Download {
    /// Downloads at once: each holds a connection for as long as the other side is slow.
    static let limit = 16
    /// Seconds that one may take.
    private static let patience: TimeInterval = 3600
    /// Small, because a caller must take nearly one in the time in which one who takes nothing is left.
    private static let chunk = 64 << 10

    /// A place among those that download now; it is free again when nothing refers to it.
    private final class Place: Sendable {
        private let taken: Places

        init?(_ places: Places) {
            guard places.enter() else { return nil }
            self.taken = places
        }

        deinit { self.taken.leave() }
    }

    private final class Places: Sendable {
        private let count = Mutex(0)

        func enter() -> Bool {
            self.count.withLock { count in
                guard count < Download.limit else { return false }
                count += 1
                return true
            }
        }

        func leave() { self.count.withLock { $0 -= 1 } }
    }

    private let file: String
    private let places = Places()
    private var known: (hash: String, size: Int)?

    /// The running program stays the same file, even if another is installed in its place.
    init(file: String = "/proc/self/exe") { self.file = file }

    /// SHA-256 of the program in hexadecimal digits; the first time it takes a moment.
    func hash() throws -> String { try self.measured().hash }

    /// The program, or 503 while too many others are taking it.
    func response() throws -> Response {
        let size = try self.measured().size
        guard let place = Place(self.places) else {
            return Response(
                status: .serviceUnavailable, headers: [.contentType: "text/plain", .retryAfter: "20"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "too many downloads at once\n")))
        }
        let handle = try self.open()
        let body = ResponseBody(contentLength: size) { writer in
            defer { withExtendedLifetime(place) {} }
            let end = Date(timeIntervalSinceNow: Self.patience)
            while let data = try handle.read(upToCount: Self.chunk), !data.isEmpty {
                guard Date() < end, !Task.isShuttingDownGracefully else {
                    throw WatchmanError(.unavailable, "a download was ended: it took too long, or the server stops")
                }
                try await writer.write(ByteBuffer(bytes: data))
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/octet-stream", .contentDisposition: "attachment; filename=\"watchman\"",
            ], body: body)
    }

    private func measured() throws -> (hash: String, size: Int) {
        if let known { return known }
        let handle = try self.open()
        var (hash, size) = (SHA256(), 0)
        while let data = try handle.read(upToCount: Self.chunk), !data.isEmpty {
            hash.update(data: data)
            size += data.count
        }
        let result = (hash.finalize().map { String(format: "%02x", $0) }.joined(), size)
        self.known = result
        return result
    }

    private func open() throws -> FileHandle {
        guard let handle = FileHandle(forReadingAtPath: self.file) else {
            throw WatchmanError(.internal, "the running program cannot be read")
        }
        return handle
    }
}
