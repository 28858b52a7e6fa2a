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
    static func endpoints(_ fleet: Fleet, authority: String) -> [Endpoint] {
        DeviceEndpoints(fleet: fleet).all + AgentEndpoints(fleet: fleet, authority: authority).all
            + CredentialEndpoints(fleet: fleet).all + UserEndpoints(fleet: fleet).all
            + BackupEndpoints(backups: fleet.backups).all
    }

    static func router(
        _ endpoints: [Endpoint], authenticator: Authenticator, logger: Logger
    ) -> Router<ServerContext> {
        let router = Router(context: ServerContext.self)
        router.add(middleware: UnknownRoutes())
        for endpoint in endpoints {
            router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
                do {
                    let call = try await self.call(endpoint, request, context, authenticator)
                    return try self.response(.ok, try await endpoint.answer(call))
                } catch {
                    return try self.failure(error, request, logger)
                }
            }
        }
        return router
    }

    private static func call(
        _ endpoint: Endpoint, _ request: Request, _ context: ServerContext, _ authenticator: Authenticator
    ) async throws -> Call {
        let now = Date()
        let bytes = try await self.body(request)
        let caller = try await authenticator.caller(
            endpoint.access, method: request.method.rawValue, path: request.uri.path, headers: request.headers,
            body: bytes, now: now)
        return Call(
            caller: caller, parameters: context.parameters, query: request.uri.queryParameters,
            headers: request.headers,
            bytes: bytes, now: now)
    }

    private static func body(_ request: Request) async throws -> [UInt8] {
        do {
            return Array(try await request.body.collect(upTo: self.bodyLimit).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw HTTPError(
                .contentTooLarge, message: "the request's body is larger than \(self.bodyLimit >> 10) KiB")
        }
    }

    static func response(_ status: HTTPResponse.Status, _ value: any Encodable & Sendable) throws -> Response {
        let data = try WireJSON.encode(value)
        return Response(
            status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }

    /// Known failures go out as they are; of any other the client learns nothing and the log everything.
    private static func failure(_ error: any Error, _ request: Request, _ logger: Logger) throws -> Response {
        switch error {
        case let error as WatchmanError:
            return try self.response(error.code.status, ErrorBody(error: error))
        case let error as StaleSequence:
            let error = WatchmanError(.conflict, "\(StaleCall.prefix)\(error.last)")
            return try self.response(.conflict, ErrorBody(error: error))
        case let error as HTTPError:
            return try self.response(
                error.status, ErrorBody(error: WatchmanError(.invalid, "\(error.body ?? "bad request")")))
        default:
            logger.error("request failed", metadata: ["path": "\(request.uri.path)", "cause": "\(error)"])
            return try self.response(
                .internalServerError,
                ErrorBody(error: WatchmanError(.internal, "the server met a fault: its log says more")))
        }
    }
}

/// Answers what no endpoint takes in the API's own form.
private struct UnknownRoutes: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return try API.response(
                .notFound, ErrorBody(error: WatchmanError(.notFound, "there is nothing at this address")))
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
        case .unavailable: .serviceUnavailable
        case .configuration, .internal: .internalServerError
        }
    }
}
