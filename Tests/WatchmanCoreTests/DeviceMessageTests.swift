import Foundation
import Testing
import WatchmanCore

@Suite struct DeviceMessageTests {
    @Test func `a signed call covers method, path, device, number and body`() {
        let message = DeviceSignature.message(
            method: "POST", path: "/api/v1/agent/check-in", device: "abc", sequence: 7, body: Array("{}".utf8))
        #expect(String(decoding: message, as: UTF8.self) == "POST /api/v1/agent/check-in\nabc\n7\n{}")
        #expect(DeviceSignature.registerNamespace != DeviceSignature.callNamespace)
    }

    @Test(arguments: [Int64(0), 1, 41, 1 << 53])
    func `the last number is read from the error that carries it`(last: Int64) {
        let error = WatchmanError(.conflict, "\(StaleCall.prefix)\(last)")
        #expect(StaleCall.lastSequence(error) == last)
    }

    @Test(arguments: [
        WatchmanError(.conflict, "the name x is taken"), WatchmanError(.conflict, StaleCall.prefix),
        WatchmanError(.conflict, "\(StaleCall.prefix)many"), WatchmanError(.conflict, "\(StaleCall.prefix)1 2"),
        WatchmanError(.conflict, "\(StaleCall.prefix)99999999999999999999"),
        WatchmanError(.invalid, "\(StaleCall.prefix)7"),
    ])
    func `no other error carries a number`(error: WatchmanError) {
        #expect(StaleCall.lastSequence(error) == nil)
    }

    @Test(arguments: [Int64.max, -1, .min]) func `a number that nothing can follow is no number`(last: Int64) {
        #expect(StaleCall.lastSequence(WatchmanError(.conflict, "\(StaleCall.prefix)\(last)")) == nil)
    }

    @Test func `a principal is good for one hop to one device`() {
        #expect(ConnectPrincipal.device("abc") == "wm-abc")
        #expect(ConnectPrincipal.gateway("abc") == "wm-jump-abc")
    }
}
