import HTTPTypes
import Hummingbird
import WatchmanCore

/// A failure as a page.
struct ErrorView: Sendable {
    let layout: Layout
    let status: Int
    let heading: String
    let message: String
    let hint: String?

    /// Known failures are told; of any other the visitor learns the number of the request, by which the log says more.
    static func of(_ error: any Error, _ visit: Visit, requestID: String) -> (HTTPResponse.Status, ErrorView) {
        switch error {
        case let error as WatchmanError where error.code != .internal:
            (error.code.status, Self.view(error.code.status, error.message, error.hint, visit))
        case let error as HTTPError:
            (error.status, Self.view(error.status, error.body ?? "bad request", nil, visit))
        default:
            (
                .internalServerError,
                Self.view(
                    .internalServerError, "the server met a fault, request \(requestID): its log says more", nil, visit)
            )
        }
    }

    private static func heading(_ status: HTTPResponse.Status) -> String {
        switch status {
        case .forbidden: "Not for you"
        case .notFound: "There is nothing here"
        case .internalServerError: "The server met a fault"
        default: status.reasonPhrase
        }
    }

    private static func view(
        _ status: HTTPResponse.Status, _ message: String, _ hint: String?, _ visit: Visit
    ) -> ErrorView {
        ErrorView(
            layout: Layout("\(status.code) \(status.reasonPhrase)", nil, visit), status: status.code,
            heading: Self.heading(status), message: message, hint: hint)
    }
}
