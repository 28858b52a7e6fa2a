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

    @Test func `an account with a login shell can run commands`() {
        #expect(Accounts.hasShell("root"))
        // Every Debian has these: /usr/sbin/nologin and /bin/sync.
        for name in ["nobody", "sync", "wm-nobody"] { #expect(!Accounts.hasShell(name)) }
    }

    @Test func `this process's account has a name`() {
        #expect(!Accounts.currentName.isEmpty)
        #expect(Accounts.isRoot == (geteuid() == 0))
    }
}
