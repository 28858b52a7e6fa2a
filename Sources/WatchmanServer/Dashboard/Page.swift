import Foundation
import HTTPTypes
import Hummingbird
import WatchmanCore

/// A page of the dashboard, or what one of its forms does. All of them stand in lists, as the API's endpoints do.
struct Page: Sendable {
    let method: HTTPRequest.Method
    let path: String
    /// Never `.device`.
    let access: Access
    let answer: @Sendable (Visit) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access,
        _ answer: @escaping @Sendable (Visit) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.answer = answer
    }
}

/// A request for a page that passed the access check.
struct Visit: Sendable {
    /// Who is signed in, or nil.
    let visitor: Visitor?
    let parameters: Parameters
    let query: Parameters
    /// The fields of a form, as they were typed.
    let form: [String: String]
    /// What the browser shows of a sign-in that waits for a code, or nil.
    var halfway: Secret?
    /// The caller's address.
    let source: String
    let now: Date
    /// `https://HOST[:PORT]` as the browser has it.
    let origin: String
    /// The browser's part of a sign-in that is under way at the provider, or nil.
    var trip: Secret?

    /// Who is signed in.
    ///
    /// - Throws: `WatchmanError` (`unauthenticated`).
    func signedIn() throws -> Visitor {
        guard let visitor else { throw WatchmanError(.unauthenticated, "nobody is signed in") }
        return visitor
    }

    /// On whose behalf the request is.
    func actor() throws -> Principal { try self.signedIn().person.principal(from: self.source) }

    /// The only devices that exist for the visitor, or nil for all.
    ///
    /// - Throws: `WatchmanError` (`unauthenticated`).
    func scope() throws -> DeviceSelector? { try self.signedIn().person.scope }

    /// Whether the visitor has this role; what they may not do is not shown to them.
    func may(_ role: Role) -> Bool { self.may(.scoped(role)) }

    /// Whether the visitor may go where this is asked for.
    func may(_ access: Access) -> Bool { self.visitor.map { access.allows($0.person) } ?? false }

    /// The host of `origin`, without a port.
    var host: String {
        let authority = Array(self.origin.utf8.dropFirst("https://".utf8.count))
        let isBracketed = authority.first == UInt8(ascii: "[")
        let end = authority.firstIndex(of: UInt8(ascii: isBracketed ? "]" : ":")).map { isBracketed ? $0 + 1 : $0 }
        return String(decoding: authority[..<(end ?? authority.endIndex)], as: UTF8.self)
    }

    /// A part of the path.
    func parameter(_ name: String) throws -> String { try self.parameters.require(name) }

    /// A field of the query, or nil if it is missing or empty.
    func asked(_ name: String) -> String? {
        self.query[Substring(name)].flatMap { $0.isEmpty ? nil : String($0) }
    }

    /// A field of the form without the blanks around it; empty if it is missing.
    func field(_ name: String) -> String {
        let bytes = (self.form[name] ?? "").utf8.drop { ASCII.isSpace($0) }
        let end = bytes.lastIndex { !ASCII.isSpace($0) }.map { bytes.index(after: $0) } ?? bytes.startIndex
        return String(decoding: bytes[..<end], as: UTF8.self)
    }

    /// A secret field of the form, exactly as it was typed.
    func secret(_ name: String) -> Secret { Secret(self.form[name] ?? "") }
}

extension Response {
    /// To another page, by GET (RFC 9110, 15.4.4). `path` is one of ours.
    static func seeOther(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path])
    }
}
