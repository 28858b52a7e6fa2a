import Foundation
import Testing
import WatchmanCore

@Suite struct WatchmanErrorTests {
    @Test func `an error goes over the wire as code, message and hint`() throws {
        let error = WatchmanError(.notFound, "no device 'x'", hint: "watchman devices")
        let data = try WireJSON.encode(ErrorBody(error: error))
        #expect(
            String(decoding: data, as: UTF8.self)
                == #"{"error":{"code":"not-found","hint":"watchman devices","message":"no device 'x'"}}"#)
        #expect(try WireJSON.decode(ErrorBody.self, from: data).error == error)
    }

    @Test func `an error without a hint has no such key`() throws {
        let data = try WireJSON.encode(ErrorBody(error: WatchmanError(.internal, "x")))
        #expect(String(decoding: data, as: UTF8.self) == #"{"error":{"code":"internal","message":"x"}}"#)
    }

    @Test func `the codes on the wire are a promise`() {
        #expect(
            WatchmanError.Code.allCases.map(\.rawValue) == [
                "invalid", "unauthenticated", "forbidden", "not-found", "conflict", "exhausted", "limited",
                "unavailable",
                "configuration", "internal",
            ])
    }

    @Test func `an error prints as its message`() {
        #expect("\(WatchmanError(.conflict, "the name x is taken", hint: "y"))" == "the name x is taken")
    }
}
