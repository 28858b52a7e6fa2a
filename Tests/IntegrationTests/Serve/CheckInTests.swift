import Foundation
import TestSupport
import Testing
import WatchmanClient
import WatchmanCore

/// Check-ins of a server that dies again and again.
@Suite struct CheckInTests {
    private static let path = "/api/v1/agent/check-in"

    @Test func `no acknowledged check-in is lost when the server is killed again and again`() async throws {
        try await ServerFixture.with { server in
            let token = try await server.token(uses: 4)
            let (address, _) = try await ServerTrust.establish(try ServerURL(server.url), pin: token.pin)
            let acknowledged = try await withThrowingTaskGroup(of: (id: String, last: Int).self) { group in
                for worker in 0..<4 {
                    let key = SSHPrivateKey.generate()
                    let device = try await server.register(token, hostname: "edge-\(worker)", key: key).deviceID
                    group.addTask { (device, try await Self.checkIn(60, device, key, address)) }
                }
                for _ in 0..<6 {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0...120)))
                    let program = try server.program()
                    program.signal(SIGKILL)
                    _ = try await program.wait()
                    try await server.start()
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(try await server.stop().status == 0)
            for (id, last) in acknowledged {
                let stored = try server.query(
                    "SELECT tunnelProblem FROM device WHERE id = '\(id)' AND sequence >= \(last)")
                // One whose answer was lost may have come after the last that was acknowledged.
                #expect(stored.compactMap { Int($0) }.allSatisfy { $0 >= last } && stored.count == 1)
            }
            #expect(try server.query("PRAGMA integrity_check") == ["ok"])
        }
    }

    /// Checks in until `count` reports are acknowledged, and gives the number of the last.
    private static func checkIn(
        _ count: Int, _ device: String, _ key: SSHPrivateKey, _ address: ServerAddress
    ) async throws -> Int {
        try await APIClient.with(address) { client in
            let caller = DeviceCaller(client: client, device: device, key: key)
            var (number, done, last) = (0, 0, 0)
            try await Wait.until("check-ins to be acknowledged", within: .seconds(60)) {
                number += 1
                let report = CheckInRequest(facts: Sample.facts(), vitals: Sample.vitals(), tunnelProblem: "\(number)")
                do {
                    let _: CheckInResponse = try await caller.post(Self.path, report)
                    (done, last) = (done + 1, number)
                } catch let error as WatchmanError where error.code == .unavailable {
                    return false
                }
                return done == count
            }
            return last
        }
    }
}
