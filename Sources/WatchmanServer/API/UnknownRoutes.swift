import HTTPTypes
import Hummingbird

/// Answers what no route takes: 405 with the methods that the address knows, or 404.
struct UnknownRoutes: RouterMiddleware {
    private let routes: [(pattern: [Substring], method: HTTPRequest.Method)]

    init(_ routes: [Router<ServerContext>.RouteDescription]) {
        self.routes = routes.map { ($0.path.description.split(separator: "/"), $0.method) }
    }

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path.split(separator: "/")
        let methods = Set(self.routes.filter { Self.matches($0.pattern, path) }.map(\.method.rawValue))
        guard !methods.isEmpty else { throw HTTPError(.notFound, message: "there is nothing at this address") }
        let allowed = methods.union(methods.contains("GET") ? ["HEAD"] : []).sorted().joined(separator: ", ")
        throw HTTPError(
            .methodNotAllowed, headers: [.allow: allowed],
            message: "\(request.method.rawValue) is not possible here, only \(allowed)")
    }

    private static func matches(_ pattern: [Substring], _ path: [Substring]) -> Bool {
        guard pattern.last != "**" else { return path.starts(with: pattern.dropLast(), by: self.matches) }
        return pattern.count == path.count && path.starts(with: pattern, by: self.matches)
    }

    /// A part such as `{device}` stands for anything.
    private static func matches(_ part: Substring, _ pattern: Substring) -> Bool {
        pattern == part || pattern == "*" || pattern.utf8.contains(UInt8(ascii: "{"))
    }
}
