import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import WatchmanCore
import WatchmanGateway
import WatchmanStore

/// Turns the list of pages into routes: knows who is signed in, checks where a form comes from, and shows failures as pages.
struct Dashboard: Sendable {
    /// Bytes that a form may have.
    private static let formLimit = 64 << 10
    let signIn: SignIn
    let templates: Templates
    let logger: Logger

    /// Every page there is.
    static func pages(
        _ fleet: Fleet, _ gateway: GatewaySettings, _ signIn: SignIn, _ templates: Templates
    ) -> [Page] {
        Assets().all + SignInPages(signIn: signIn, templates: templates).all
            + AccountPage(signIn: signIn, host: fleet.gateway.host, templates: templates).all
            + ProviderPages(fleet: fleet, signIn: signIn, templates: templates).all
            + CommandLinePage(fleet: fleet, templates: templates).all
            + EventsPage(changes: fleet.changes, store: fleet.store).all
            + FleetPage(fleet: fleet, templates: templates).all
            + DevicesPage(fleet: fleet, templates: templates).all
            + DevicePage(fleet: fleet, templates: templates).all
            + PasswordPage(fleet: fleet, signIn: signIn, templates: templates).all
            + EnrolPage(fleet: fleet, templates: templates).all + EnrolFiles(fleet: fleet).all
            + GatewayPage(fleet: fleet, settings: gateway, templates: templates).all
            + JobsPage(fleet: fleet, templates: templates).all
            + JobPage(fleet: fleet, templates: templates).all
            + JobRunPage(fleet: fleet, templates: templates).all
            + BackupsPage(backups: fleet.backups, templates: templates).all
            + AuditPage(fleet: fleet, templates: templates).all
            + PeoplePage(fleet: fleet, templates: templates).all
    }

    /// Adds the pages to a router.
    func add(_ pages: [Page], to router: Router<ServerContext>) {
        for page in pages {
            router.on(RouterPath(page.path), method: page.method) { request, context in
                var response = await self.respond(page, request, context)
                PageHeaders.add(to: &response)
                return response
            }
        }
    }

    private func respond(_ page: Page, _ request: Request, _ context: ServerContext) async -> Response {
        var visitor: Visitor?
        do {
            let now = Date()
            let origin = try PageOrigin(request)
            if page.method != .get { try origin.requireSame(request) }
            visitor = try await SessionCookie.token(request).asyncFlatMap {
                try await self.signIn.visitor($0, now: now)
            }
            if let visitor { context.notes.actor = visitor.person.actor }
            if page.access != .anyone {
                guard let visitor else { return Self.toSignIn(page, request) }
                try page.access.require(visitor.person)
                if visitor.owesSecondFactor && page.access != .own { return .seeOther("/account") }
            }
            let visit = Visit(
                visitor: visitor, parameters: context.parameters, query: request.uri.queryParameters,
                form: page.method == .get ? [:] : try await Self.form(request),
                halfway: SessionCookie.halfway(request), source: context.source, now: now, origin: origin.text,
                trip: TripCookie.value(request))
            var response = try await page.answer(visit)
            // Unless the answer begins or ends a session itself.
            if let token = visitor?.newToken, response.headers[.setCookie] == nil {
                response.setCookie(SessionCookie.cookie(token))
            }
            return response
        } catch {
            return self.failure(error, visitor, request, context)
        }
    }

    private static func toSignIn(_ page: Page, _ request: Request) -> Response {
        // Only a page can be gone back to, and only a person wants to be sent somewhere.
        guard request.headers[.accept]?.contains("text/html") ?? false else { return Response(status: .unauthorized) }
        let isWorthReturning = page.method == .get && request.uri.path != "/"
        return .seeOther(PagePath.query("/sign-in", [("next", isWorthReturning ? request.uri.string : nil)]))
    }

    private static func form(_ request: Request) async throws -> [String: String] {
        let type = request.headers[.contentType] ?? ""
        guard type.utf8.starts(with: "application/x-www-form-urlencoded".utf8) else {
            throw HTTPError(.unsupportedMediaType, message: "this takes a form")
        }
        do {
            let body = try await request.body.collect(upTo: self.formLimit)
            return try URLEncodedFormDecoder().decode([String: String].self, from: String(buffer: body))
        } catch is NIOTooManyBytesError {
            throw HTTPError(.contentTooLarge, message: "the form is larger than \(self.formLimit >> 10) KiB")
        } catch is DecodingError {
            throw HTTPError(.badRequest, message: "the form cannot be read")
        }
    }

    private func failure(
        _ error: any Error, _ visitor: Visitor?, _ request: Request, _ context: ServerContext
    ) -> Response {
        let visit = Visit(
            visitor: visitor, parameters: context.parameters, query: [:], form: [:], source: context.source,
            now: Date(), origin: "")
        let (status, view) = ErrorView.of(error, visit, requestID: context.requestID)
        if status.kind == .serverError {
            self.logger.error(
                "page failed", metadata: ["request": "\(context.requestID)", "cause": "\(error)"])
        }
        return (try? self.templates.page("error", view, status: status)) ?? Response(status: status)
    }
}

extension Optional {
    fileprivate func asyncFlatMap<Value>(_ body: (Wrapped) async throws -> Value?) async rethrows -> Value? {
        guard let self else { return nil }
        return try await body(self)
    }
}
