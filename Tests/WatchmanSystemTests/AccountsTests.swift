import Foundation
import Testing
import WatchmanSystem

@Suite struct AccountsTests {
    @Test func `root is there and nobody by a name that nobody has`() {
        #expect(Accounts.user("root")?.uid == 0 && Accounts.user("root")?.gid == 0)
        #expect(Accounts.group("root") == 0)
        for name in ["wm-nobody", "", "root\n", "-1", "root:x:0:0"] {
            #expect(Accounts.user(name) == nil)
            #expect(Accounts.group(name) == nil)
        }
    }

    @Test func `this process's account has a name`() {
        #expect(!Accounts.currentName.isEmpty)
        #expect(Accounts.isRoot == (geteuid() == 0))
    }
}
