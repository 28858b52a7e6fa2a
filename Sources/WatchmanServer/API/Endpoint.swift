import Foundation
import HTTPTypes
import Hummingbird
import WatchmanCore
import WatchmanStore

/// Who may use an endpoint.
enum Access: String, Sendable {
    /// Anyone; the endpoint itself checks what it is given.
    case anyone
    /// An enrolled device, by the signature of its key.
    case device
    /// An admin, by API key or the local socket.
    case admin
}

/// Who is calling.
enum Caller: Sendable {
    /// Nobody in particular.
    case anyone
    /// This device.
    case device(DeviceInfo)
    /// An admin, by the name that goes into certificates and the audit table.
    case admin(String)
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

    /// The admin who calls.
    func admin() throws -> String {
        guard case .admin(let name) = self.caller else { throw WatchmanError(.forbidden, "this is for admins") }
        return name
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
    let answer: @Sendable (Call) async throws -> any Encodable & Sendable
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
