import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import WatchmanCore

/// The answer to a request whose head cannot be read; in the API's form, though no route was ever asked.
struct HeadRefusal {
    private let status: HTTPResponse.Status
    private let message: String

    /// Nil for errors that are not about what the caller sent, and for a caller who is gone.
    init?(_ error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow:
            self.status = .requestHeaderFieldsTooLarge
            self.message = "the request's line and headers are too large, or there are too many of them"
        case HTTPParserError.invalidEOFState, HTTPParserError.closedConnection: return nil
        case is HTTPParserError:
            self.status = .badRequest
            self.message = "this is not a request of HTTP/1.1"
        default: return nil
        }
    }

    /// What to send; the connection ends after it.
    var parts: [HTTPResponsePart] {
        let error = ErrorBody(error: WatchmanError(.invalid, self.message))
        let body = (try? WireJSON.encode(error)) ?? Data()
        let fields: HTTPFields = [
            .contentType: "application/json", .contentLength: "\(body.count)", .cacheControl: "no-store",
            .xContentTypeOptions: "nosniff", .connection: "close",
        ]
        return [.head(.init(status: self.status, headerFields: fields)), .body(ByteBuffer(bytes: body)), .end(nil)]
    }
}
