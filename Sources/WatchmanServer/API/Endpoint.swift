import Foundation
import HTTPTypes
import Hummingbird
import WatchmanCore
import WatchmanStore

/// Who may use an endpoint or a page.
enum Access: Hashable, Sendable {
    /// Anyone; the endpoint itself checks what it is given.
    case anyone
    /// An enrolled device, by the signature of its key.
    case device
    /// A person with at least this role: by API key or the local socket, and on pages by a session.
    case role(Role)
}

/// A person, or a program that has a person's rights.
struct Person: Hashable, Sendable {
    /// The name that goes into certificates and the audit table: `local`, `key:ID` or `user:NAME`.
    let actor: String
    let role: Role
}

/// Who is calling.
enum Caller: Sendable {
    /// Nobody in particular.
    case anyone
    /// This device.
    case device(DeviceInfo)
    /// This person.
    case person(Person)
}

/// A call that passed the access check.
struct Call: Sendable {
    let caller: Caller
    let parameters: Parameters
    let query: Parameters
    let headers: HTTPFields
    let bytes: [UInt8]
    let now: Date

    /// The JSON body.
    ///
    /// - Throws: `WatchmanError` (`invalid`) that says where it does not fit.
    func body<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try WireJSON.decode(type, from: self.bytes)
        } catch let error as DecodingError {
            throw WatchmanError(.invalid, "the request's body does not fit: \(error.place)")
        }
    }

    /// A part of the path.
    func parameter(_ name: String) throws -> String { try self.parameters.require(name) }

    /// The name of the person who calls, for the audit table.
    func actor() throws -> String {
        guard case .person(let person) = self.caller else { throw WatchmanError(.forbidden, "this is for people") }
        return person.actor
    }

    /// The device that calls.
    func device() throws -> DeviceInfo {
        guard case .device(let info) = self.caller else { throw WatchmanError(.forbidden, "this is for devices") }
        return info
    }
}

/// One operation of the API. All of them stand in lists, so that routes, access checks and documents have one source.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    let path: String
    let access: Access
    /// What it does, in a few words, for the API's document.
    let summary: String
    let answer: @Sendable (Call) async throws -> any Encodable & Sendable

    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, _ summary: String,
        _ answer: @escaping @Sendable (Call) async throws -> any Encodable & Sendable
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.summary = summary
        self.answer = answer
    }
}

extension DecodingError {
    fileprivate var place: String {
        let context: Context? =
            switch self {
            case .keyNotFound(_, let context), .typeMismatch(_, let context), .valueNotFound(_, let context),
                .dataCorrupted(let context):
                context
            @unknown default: nil
            }
        let path = (context?.codingPath ?? []).map(\.stringValue).joined(separator: ".")
        if case .keyNotFound(let key, _) = self {
            return "\(path.isEmpty ? "" : "\(path).")\(key.stringValue) is missing"
        }
        return path.isEmpty ? "it is not the JSON expected here" : "\(path) has the wrong form"
    }
}
