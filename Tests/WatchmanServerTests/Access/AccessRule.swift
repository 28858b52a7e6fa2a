import HTTPTypes
import WatchmanCore

@testable import WatchmanServer

/// A route with its rule.
struct AccessRule: Hashable, Sendable {
    /// As `GET /api/v1/devices/:device`.
    let route: String
    let access: Access

    var method: HTTPRequest.Method { HTTPRequest.Method(rawValue: self.words[0]) ?? .get }
    var path: String { self.words[1] }
    /// Whether it names something that is in Berlin.
    var isAboutBerlin: Bool { [":device", ":token", ":applicant"].contains { self.path.contains($0) } }
    /// Whether it makes something for Berlin.
    var makesForBerlin: Bool { self.route == "POST /api/v1/tokens" }

    private var words: [String] { self.route.split(separator: " ").map(String.init) }
}
