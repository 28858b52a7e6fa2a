import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import WatchmanCore
import WatchmanStore

/// Turns the list of endpoints into routes; every answer and every failure becomes JSON here.
enum API {
    /// Bytes that a request's body may have: the largest, a registration, has some 10 kB.
    static let bodyLimit = 256 << 10

    /// All there are. `authority` is the server's CA certificate, PEM.
    static func endpoints(_ fleet: Fleet, authority: String, instruments: Instruments) -> [Endpoint] {
        let endpoints =
            DeviceEndpoints(fleet: fleet).all + PasswordEndpoints(fleet: fleet).all
            + AgentEndpoints(fleet: fleet, authority: authority).all + ApplicantEndpoints(fleet: fleet).all
            + CredentialEndpoints(fleet: fleet).all + UserEndpoints(fleet: fleet).all
            + ConnectionEndpoints(fleet: fleet).all + AuditEndpoints(fleet: fleet).all
            + LoginEndpoints(fleet: fleet).all
            + JobEndpoints(fleet: fleet).all + OverviewEndpoints(fleet: fleet).all
            + BackupEndpoints(backups: fleet.backups).all
            + OperationEndpoints(fleet: fleet, instruments: instruments).all
        return endpoints + DocumentEndpoint(endpoints, server: fleet.url).all
    }

    /// The routes of the API, and what `addPages` adds to them.
    static func router(
        _ endpoints: [Endpoint], authenticator: Authenticator, logger: Logger,
        metrics: RequestMetrics = RequestMetrics(), denials: Denials,
        addPages: (Router<ServerContext>) -> Void = { _ in }
    ) -> Router<ServerContext> {
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        router.add(
            middleware: RequestLog(
                logger: logger, metrics: metrics, denials: denials, isTLS: authenticator.transport == .remote))
        for endpoint in endpoints {
            router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
                let call = try await self.call(endpoint, request, context, authenticator)
                return try self.response(try await endpoint.answer(call))
            }
        }
        addPages(router)
        // Added last, so that it only sees what no route takes.
        router.add(middleware: UnknownRoutes(router.routes))
        return router
    }

    private static func call(
        _ endpoint: Endpoint, _ request: Request, _ context: ServerContext, _ authenticator: Authenticator
    ) async throws -> Call {
        let now = Date()
        // A device's signature covers the body. Of anyone else a body is only read when they may send one.
        var bytes = endpoint.access == .device ? try await self.body(request) : []
        let caller = try await authenticator.caller(
            endpoint.access, method: request.method.rawValue, path: request.uri.path, headers: request.headers,
            body: bytes, notes: context.notes, now: now)
        context.notes.actor = caller.name
        if endpoint.takes != nil { try self.requireJSON(request.headers) }
        if endpoint.access != .device { bytes = try await self.body(request) }
        return Call(
            caller: caller, source: context.source, parameters: context.parameters,
            query: try QueryParameter.read(request.uri.queryParameters, endpoint.query), headers: request.headers,
            bytes: bytes, now: now)
    }

    private static func requireJSON(_ headers: HTTPFields) throws {
        let type = (headers[.contentType] ?? "").utf8.prefix { $0 != UInt8(ascii: ";") && !ASCII.isSpace($0) }
        guard String(decoding: type, as: UTF8.self).lowercased() == "application/json" else {
            throw HTTPError(.unsupportedMediaType, message: "the request's body must be of type application/json")
        }
    }

    private static func body(_ request: Request) async throws -> [UInt8] {
        do {
            return Array(try await request.body.collect(upTo: self.bodyLimit).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw HTTPError(
                .contentTooLarge, message: "the request's body is larger than \(self.bodyLimit >> 10) KiB")
        } catch {
            // The caller hung up, took too long, or sent nonsense between chunks.
            throw HTTPError(.badRequest, message: "the request's body ends in the middle")
        }
    }

    /// The answer that says `value`.
    static func response(_ value: any Encodable & Sendable) throws -> Response {
        if let ready = value as? any ReadyText {
            return self.response(.ok, type(of: ready).mediaType, ByteBuffer(string: ready.text))
        }
        let isGood = (value as? any Verdict)?.isGood ?? true
        return self.response(
            isGood ? .ok : .serviceUnavailable, "application/json", ByteBuffer(bytes: try WireJSON.encode(value)))
    }

    /// The answer to a request that failed. Known failures go out as they are; of any other the caller learns no more than the request's id.
    static func failure(_ error: any Error, _ requestID: String) -> Response {
        var (status, headers) = (HTTPResponse.Status.internalServerError, HTTPFields())
        var shown = WatchmanError(.internal, "the server met a fault, request \(requestID): its log says more")
        switch error {
        case let error as WatchmanError: (status, shown) = (error.code.status, error)
        case let error as TooManyRequests:
            (status, headers) = (.tooManyRequests, [.retryAfter: "\(error.seconds)"])
            shown = error.error
        case let error as StaleSequence:
            (status, shown) = (.conflict, WatchmanError(.conflict, "\(StaleCall.prefix)\(error.last)"))
        case let error as HTTPError:
            (status, headers) = (error.status, error.headers)
            let code: WatchmanError.Code = error.status == .notFound ? .notFound : .invalid
            shown = WatchmanError(code, error.body ?? "bad request")
        default: break
        }
        let body = (try? WireJSON.encode(ErrorBody(error: shown))) ?? Data()
        var response = self.response(status, "application/json", ByteBuffer(bytes: body))
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        response.headers.append(contentsOf: headers)
        return response
    }

    private static func response(_ status: HTTPResponse.Status, _ type: String, _ body: ByteBuffer) -> Response {
        Response(
            status: status, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: body))
    }
}

extension Caller {
    /// For the log.
    fileprivate var name: String {
        switch self {
        case .anyone: "nobody"
        case .device(let call): "device:\(call.device)"
        case .person(let person): person.actor
        }
    }
}

extension WatchmanError.Code {
    /// The HTTP status that goes with the code (RFC 9110).
    var status: HTTPResponse.Status {
        switch self {
        case .invalid: .badRequest
        case .unauthenticated: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .conflict: .conflict
        case .exhausted: .init(code: 507, reasonPhrase: "Insufficient Storage")
        case .limited: .tooManyRequests
        case .unavailable: .serviceUnavailable
        case .configuration, .internal: .internalServerError
        }
    }
}
