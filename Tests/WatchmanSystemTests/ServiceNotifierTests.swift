import Foundation
import TestSupport
import Testing

@testable import WatchmanSystem

@Suite struct ServiceNotifierTests {
    @Test func `half the watchdog's time is the interval`() {
        #expect(ServiceNotifier(environment: ["WATCHDOG_USEC": "60000000"]).watchdogInterval == .seconds(30))
        #expect(ServiceNotifier(environment: ["WATCHDOG_USEC": "2"]).watchdogInterval == .microseconds(1))
    }

    @Test(arguments: ["", "0", "-60000000", "1", "soon", "1e6", "99999999999999999999", " 5"])
    func `what is no time is no watchdog`(text: String) {
        #expect(ServiceNotifier(environment: ["WATCHDOG_USEC": text]).watchdogInterval == nil)
    }

    @Test func `without systemd nothing is said to anyone`() {
        let notifier = ServiceNotifier(environment: [:])
        #expect(notifier.watchdogInterval == nil)
        notifier.notify("READY=1")
    }

    @Test(arguments: ["", "@", "/nonexistent/socket", "relative", String(repeating: "/x", count: 200)])
    func `a socket that is not there is no reason to fail`(path: String) {
        ServiceNotifier(environment: ["NOTIFY_SOCKET": path]).notify("READY=1")
    }

    @Test func `a state arrives at the socket that systemd named`() throws {
        try TemporaryFolder.with { (folder: String) in
            try Self.expectMessage(bound: Array("\(folder)/notify".utf8), named: "\(folder)/notify")
        }
    }

    @Test func `an @ names a socket without a file`() throws {
        let name = "watchman-\(UUID().uuidString)"
        try Self.expectMessage(bound: [0] + Array(name.utf8), named: "@\(name)")
    }

    private static func expectMessage(bound path: [UInt8], named name: String) throws {
        let (address, length) = try #require(UnixSocket.address(path))
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        let status = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(status == 0)
        ServiceNotifier(environment: ["NOTIFY_SOCKET": name]).notify("READY=1")
        var buffer = [UInt8](repeating: 0, count: 100)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "READY=1")
    }
}
