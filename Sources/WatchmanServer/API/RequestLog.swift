import Foundation
import HTTPTypes
import Hummingbird
import Logging
import WatchmanCore

/// The outermost middleware: turns failures into answers, adds the headers that every answer has, and writes one line to the log and one
/// count to the metrics. Who was refused goes into the audit trail.
///
/// Only the route's template is written, never the path or the query: a sign-in link is a secret.
struct RequestLog: RouterMiddleware {
    private static let requestIDField = HTTPField.Name("X-Request-Id")
    let logger: Logger
    let metrics: RequestMetrics
    let denials: Denials
    let isTLS: Bool

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let begin = ContinuousClock.now
        var (response, failure): (Response, (any Error)?) = (Response(status: .ok), nil)
        do {
            response = try await next(request, context)
        } catch {
            (response, failure) = (API.failure(error, context.requestID), error)
        }
        if let name = Self.requestIDField { response.headers[name] = context.requestID }
        response.headers[.xContentTypeOptions] = "nosniff"
        // One year. Browsers heed it only where they trust the certificate.
        if self.isTLS { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        let entry = Entry(request.method, context, response.status.code, ContinuousClock.now - begin, failure)
        self.metrics.record(entry.method, entry.path, entry.status, entry.duration)
        self.logger.log(level: entry.level, "request", metadata: entry.fields)
        if let cause = entry.denial(context.notes) {
            await self.denials.note(
                Principal(name: entry.isPerson ? entry.actor : "anyone", source: context.source),
                "\(entry.method) \(entry.path)", cause, now: Date())
        }
        return response
    }
}

/// A request that is over.
private struct Entry {
    let method: String
    /// The route's template, or `unknown`.
    let path: String
    let status: Int
    let duration: Duration
    let actor: String
    let failure: (any Error)?
    private let source: String
    private let requestID: String

    init(
        _ method: HTTPRequest.Method, _ context: ServerContext, _ status: Int, _ duration: Duration,
        _ failure: (any Error)?
    ) {
        self.method = method.rawValue
        // What Hummingbird calls a path that no route takes.
        self.path = context.endpointPath.map { $0 == "NotFound" ? "unknown" : $0 } ?? "unknown"
        self.status = status
        self.duration = duration
        self.actor = context.notes.actor
        self.failure = failure
        self.source = context.source
        self.requestID = context.requestID
    }

    var isPerson: Bool { self.actor == "local" || self.actor.hasPrefix("user:") || self.actor.hasPrefix("key:") }

    /// Why a person may not do what they asked for, or why someone is not who they claim to be; nil if that is not what happened.
    func denial(_ notes: RequestNotes) -> String? {
        if self.status == 403, self.isPerson { return (self.failure as? WatchmanError)?.message ?? "not allowed" }
        return self.status == 401 ? notes.disbelief : nil
    }

    /// `info` only for what changes something and for what fails; devices report all the time.
    var level: Logger.Level {
        switch self.status {
        case 500: .error
        case 501...: .warning
        // Whoever is told to wait may come a thousand times.
        case 429: .debug
        case 400..<500: self.path == "unknown" ? .debug : .info
        default: ["GET", "HEAD"].contains(self.method) || self.actor.hasPrefix("device:") ? .debug : .info
        }
    }

    var fields: Logger.Metadata {
        var fields: Logger.Metadata = [
            "request": "\(self.requestID)", "method": "\(self.method)", "path": "\(self.path)",
            "status": "\(self.status)", "ms": "\(self.milliseconds)", "actor": "\(self.actor)",
            "source": "\(self.source)",
        ]
        if let failure { fields["cause"] = "\((failure as? HTTPError)?.body ?? "\(failure)")" }
        return fields
    }

    private var milliseconds: Int64 {
        self.duration.components.seconds * 1000 + self.duration.components.attoseconds / 1_000_000_000_000_000
    }
}
