import Foundation
import TestSupport
import Testing

@testable import WatchmanSystem

@Suite struct UnixSocketTests {
    @Test func `a path of 107 bytes has an address, a longer one has none`() {
        #expect(UnixSocket.address([UInt8](repeating: 0x61, count: 107))?.1 == 109)
        #expect(UnixSocket.address([UInt8](repeating: 0x61, count: 108)) == nil)
        #expect(UnixSocket.address([])?.1 == 2)
    }

    @Test func `nobody answers where nobody listens`() throws {
        try TemporaryFolder.with { (folder: String) in
            #expect(!UnixSocket.answers("\(folder)/missing"))
            try WholeFile.write("", to: "\(folder)/file", mode: 0o600)
            #expect(!UnixSocket.answers("\(folder)/file"))
            #expect(!UnixSocket.answers(String(repeating: "x", count: 200)))
        }
    }
}
