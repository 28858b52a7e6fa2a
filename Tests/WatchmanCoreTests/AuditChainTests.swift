import Foundation
import Testing
import WatchmanCore

@Suite struct AuditChainTests {
    @Test func `the hash is the documented one`() {
        // printf '%064d' 0 | xxd -r -p; printf '1:11:a0:3:b c', through sha256sum.
        let hash = AuditChain.hash(AuditChain.start, 1, ["a", "", "b c"])
        #expect(
            hash.map { String(format: "%02x", $0) }.joined()
                == "a9b1816075571ad985572d5b6f3c8b4bcb04a035282c0afb9fd1999fd6311daf")
    }

    @Test(arguments: [["ab", "c"], ["a", "bc"], ["a", "b", "c"], ["abc"], ["abc", ""], ["a", "b", "d"]])
    func `texts that read alike hash apart`(texts: [String]) {
        let others = [["ab", "c"], ["a", "bc"], ["a", "b", "c"], ["abc"], ["abc", ""], ["a", "b", "d"]]
        let hash = AuditChain.hash(AuditChain.start, 1, texts)
        #expect(others.count { AuditChain.hash(AuditChain.start, 1, $0) == hash } == 1)
        #expect(AuditChain.hash(AuditChain.start, 2, texts) != hash)
        #expect(AuditChain.hash(Data(repeating: 1, count: 32), 1, texts) != hash)
    }
}
