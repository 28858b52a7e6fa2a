import Foundation
import HTTPTypes
import Synchronization
import WatchmanCore

/// The API's document, ready to be sent.
struct OpenAPIText: ReadyText {
    static let mediaType = "application/json"
    let text: String
}

/// Serves the document that describes all endpoints, and itself.
final class DocumentEndpoint: Sendable {
    private let others: [Endpoint]
    private let server: String
    private let made = Mutex<OpenAPIText?>(nil)

    init(_ others: [Endpoint], server: String) {
        self.others = others
        self.server = server
    }

    var all: [Endpoint] {
        [Endpoint(.get, "/api/v1/openapi.json", .anyone, "Tell what this API can do", self.document)]
    }

    private func document(_ call: Call) async throws -> OpenAPIText {
        try self.made.withLock { made in
            if let made { return made }
            let document = try OpenAPI.document(self.others + self.all, server: self.server)
            let text = OpenAPIText(text: String(decoding: try WireJSON.encode(document), as: UTF8.self))
            made = text
            return text
        }
    }
}
