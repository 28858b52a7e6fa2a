import TestSupport
import Testing
import WatchmanAgent
import WatchmanCore
import WatchmanSystem

@testable import WatchmanCommands

@Suite struct StatusLinesTests {
    @Test func `an agent's status is shown as these lines`() throws {
        let status = try WireJSON.decode(
            WatchmanAgent.AgentStatus.self,
            from: Array(
                """
                {"deviceID":"abcdefgh23","name":"edge-1","server":"https://tower.example:8443",
                "gateway":"tower.example:2222","port":20000,"tunnel":"connecting","since":"2026-09-21T14:13:20Z",
                "reason":"the network is \\u001b[2Jdown","pid":7}
                """.utf8))
        #expect(
            Watchman.AgentStatus.lines(status) == [
                "device:   edge-1 (abcdefgh23)", "server:   https://tower.example:8443",
                "gateway:  tower.example:2222, port 20000", "tunnel:   connecting since 2026-09-21 14:13:20 UTC",
                "reason:   the network is [2Jdown", "check-in: -",
            ])
    }
}
