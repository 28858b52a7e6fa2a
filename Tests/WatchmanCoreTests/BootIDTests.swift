import Testing
import WatchmanCore

@Suite struct BootIDTests {
    @Test(arguments: ["3f2a6d1e-0000-4000-8000-000000000001", "3f2a", "----"])
    func `a boot's number, or enough of its beginning`(text: String) {
        #expect(BootID.isValid(text))
        #expect(text.wholeMatch(of: /[0-9a-f-]{4,36}/) != nil)
    }

    @Test(arguments: ["", "3f2", "3F2A", "3f2a*", "3f2g", "3f2a\u{301}", "3f2a ", String(repeating: "a", count: 37)])
    func `nothing else`(text: String) {
        #expect(!BootID.isValid(text))
    }
}
