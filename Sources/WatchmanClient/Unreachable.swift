import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
public import WatchmanCore

/// Says in words why a server cannot be reached.
public enum Unreachable {
    private static let words = "cannot reach the server at"

    /// Whether an error is that, and not an answer of the server.
    public static func isCause(of error: WatchmanError) -> Bool {
        error.code == .unavailable && error.message.utf8.starts(with: Self.words.utf8)
    }

    static func error(_ address: ServerAddress, _ cause: any Error) -> WatchmanError {
        switch address {
        case .socket(let path):
            if Self.errno(cause) == EACCES {
                return WatchmanError(
                    .forbidden, "cannot use \(path): permission denied", hint: "sudo watchman devices")
            }
            return WatchmanError(
                .unavailable, "\(Self.words) \(path): \(Self.words(cause))",
                hint: "systemctl status watchman")
        case .remote(let url, _):
            return WatchmanError(.unavailable, "\(Self.words) \(url.text): \(Self.words(cause))")
        }
    }

    private static func errno(_ cause: any Error) -> Int32? {
        if let error = cause as? IOError { return error.errnoCode }
        if let error = cause as? NIOConnectionError {
            return error.connectionErrors.first.flatMap { Self.errno($0.error) }
        }
        return nil
    }

    private static func words(_ cause: any Error) -> String {
        if let code = Self.errno(cause) { return String(cString: strerror(code)).lowercased() }
        switch cause {
        case is NIOConnectionError: return "the name does not resolve"
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            return "it does not prove to be the server that the pin names"
        case let error as HTTPClientError
        where error == .connectTimeout || error == .readTimeout || error == .deadlineExceeded:
            return "no answer in time"
        case let error as HTTPClientError where error == .proxyAuthenticationRequired:
            return "the proxy asks for another user or password"
        case let error as HTTPClientError where error == .invalidProxyResponse: return "the proxy refuses"
        case is HTTPClientError: return "it does not answer like a watchman server"
        default: return OutsideText.clean("\(cause)", limit: 200)
        }
    }
}
