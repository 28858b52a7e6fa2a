import Foundation
import HTTPTypes
import Hummingbird
import WatchmanCore

/// A call that passed the access check.
struct Call: Sendable {
    let caller: Caller
    /// The caller's IP address, or `local` on the Unix socket.
    let source: String
    let parameters: Parameters
    /// The parameters after the `?`, each of which fits what the endpoint says of it.
    let query: [String: String]
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

    /// The person who calls.
    func person() throws -> Person {
        guard case .person(let person) = self.caller else { throw WatchmanError(.forbidden, "this is for people") }
        return person
    }

    /// On whose behalf the call is.
    func actor() throws -> Principal { try self.person().principal(from: self.source) }

    /// What the calling device signed.
    func signed() throws -> SignedCall {
        guard case .device(let call) = self.caller else { throw WatchmanError(.forbidden, "this is for devices") }
        return call
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
