import Foundation
import Glibc
import WatchmanCore

/// Looks names up (getaddrinfo(3)), with a deadline that the call itself lacks.
enum NameService {
    private static let deadline = 5

    /// The addresses of a host, numeric.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) if the name does not resolve within 5 seconds.
    static func resolve(_ host: String) async throws -> [String] {
        let (answers, continuation) = AsyncStream<Result<[String], WatchmanError>>.makeStream(
            bufferingPolicy: .bufferingOldest(1))
        DispatchQueue.global().async { continuation.yield(Self.lookUp(host)) }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Self.deadline)) {
            continuation.yield(.failure(Self.failure(host, "no answer within \(Self.deadline) seconds")))
        }
        for await answer in answers { return try answer.get() }
        throw CancellationError()
    }

    private static func lookUp(_ host: String) -> Result<[String], WatchmanError> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &first)
        guard status == 0 else {
            return .failure(Self.failure(host, String(cString: gai_strerror(status)).lowercased()))
        }
        defer { freeaddrinfo(first) }
        let addresses = sequence(first: first, next: { $0?.pointee.ai_next })
            .compactMap { $0?.pointee.ai_addr.flatMap { NetworkAddresses.numeric($0) } }
        return .success(addresses)
    }

    private static func failure(_ host: String, _ cause: String) -> WatchmanError {
        WatchmanError(.unavailable, "cannot resolve \(OutsideText.clean(host, limit: 253)): \(cause)")
    }
}
