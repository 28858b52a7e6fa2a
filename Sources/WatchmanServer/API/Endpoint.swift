import HTTPTypes
import WatchmanCore

/// One operation of the API. All of them stand in lists, so that routes, access checks and the API's document have one source.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    let path: String
    let access: Access
    /// What it does, in a few words, for the API's document.
    let summary: String
    /// What may stand after the `?`; anything else is refused.
    let query: [QueryParameter]
    /// The type of the JSON body, or nil if it takes none.
    let takes: (any (Decodable & SendableMetatype).Type)?
    /// The type of the answer.
    let gives: any (Codable & SendableMetatype).Type
    let answer: @Sendable (Call) async throws -> any Encodable & Sendable

    /// An operation that takes no body.
    init<Output: Codable & Sendable>(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, _ summary: String,
        query: [QueryParameter] = [], _ answer: @escaping @Sendable (Call) async throws -> Output
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.summary = summary
        self.query = query
        self.takes = nil
        self.gives = Output.self
        self.answer = answer
    }

    /// An operation that takes a JSON body.
    init<Input: Decodable & Sendable, Output: Codable & Sendable>(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, _ summary: String,
        query: [QueryParameter] = [], _ answer: @escaping @Sendable (Call, Input) async throws -> Output
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.summary = summary
        self.query = query
        self.takes = Input.self
        self.gives = Output.self
        self.answer = { call in try await answer(call, try call.body(Input.self)) }
    }
}

/// An answer whose text is ready to be sent.
protocol ReadyText: Codable, Sendable {
    static var mediaType: String { get }
    var text: String { get }
}

/// An answer that is 200 when all is well and else 503, with the same form.
protocol Verdict: Codable, Sendable {
    var isGood: Bool { get }
}
