import Foundation
import Testing
import WatchmanCore

@Suite struct TunnelMessagesTests {
    @Test func `what a newer agent says is taken for something else, not refused`() throws {
        let data = Data(#"["key-refused", "a-later-one"]"#.utf8)
        #expect(try WireJSON.decode([TunnelProblem].self, from: data) == [.keyRefused, .other])
        #expect(try WireJSON.encode([TunnelProblem.sshdDown]) == Data(#"["sshd-down"]"#.utf8))
    }
}
