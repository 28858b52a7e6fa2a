import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import WatchmanCore
import WatchmanSystem

/// What a bare device fetches: a script, and the program that the script starts. Both say nothing that is secret.
struct EnrolFiles: Sendable {
    let fleet: Fleet

    var all: [Page] {
        [
            Page(.get, "/enrol.sh", .anyone, self.script),
            Page(.get, "/download/watchman", .anyone) { _ in try await self.fleet.program.response() },
        ]
    }

    private func script(_ visit: Visit) async throws -> Response {
        let server = self.fleet.address(visit)
        // The address goes into a script that root runs, and without a configured host the caller named it.
        guard Self.isAddress(server) else { throw WatchmanError(.invalid, "the request names no host that can be one") }
        let text = Self.text([
            "@SERVER@": server, "@PIN@": self.fleet.keyPin, "@SHA256@": try await self.fleet.program.hash(),
            "@MACHINE@": HostFacts.machine,
        ])
        return Response(
            status: .ok, headers: [.contentType: "text/x-shellscript; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    static func text(_ values: [String: String]) -> String {
        values.reduce(String(decoding: PackageResources.enrol_sh, as: UTF8.self)) {
            $0.replacing($1.key, with: $1.value)
        }
    }

    /// Whether this is `https://HOST[:PORT]` of a name or an address, and so nothing that a shell would read otherwise.
    static func isAddress(_ text: String) -> Bool {
        let scheme = Array("https://".utf8)
        let bytes = Array(text.utf8)
        guard bytes.starts(with: scheme) else { return false }
        var host = bytes.dropFirst(scheme.count)
        if let colon = host.lastIndex(of: UInt8(ascii: ":")), host[(colon + 1)...].allSatisfy(ASCII.isDigit) {
            guard (1...5).contains(host[(colon + 1)...].count) else { return false }
            host = host[..<colon]
        }
        guard host.first == UInt8(ascii: "[") else { return HostName.isName(host) }
        return host.last == UInt8(ascii: "]") && HostName.isIPv6(host.dropFirst().dropLast())
    }
}
