import Foundation
import Testing
import WatchmanCore

@testable import WatchmanSystem

@Suite struct NetworkPrerequisitesTests {
    private let machine = FakeMachine()

    private func contact(ahead seconds: TimeInterval) -> Prerequisites.Contact {
        let time = self.machine.now.addingTimeInterval(seconds)
        return Prerequisites.Contact(host: "tower.example", port: 8443) { time }
    }

    @Test func `without a server name and reach are skipped`() async {
        #expect(await self.machine.check(.dns)?.detail == "skipped: no server named")
        #expect(await self.machine.check(.server)?.detail == "skipped: no server named")
    }

    @Test func `a server that answers is named with its address`() async {
        let contact = self.contact(ahead: 0)
        #expect(await self.machine.check(.dns, contact: contact)?.found == "192.0.2.10")
        let server = await self.machine.check(.server, contact: contact)
        #expect(server?.verdict == .ok)
        #expect(server?.found == "tower.example:8443")
    }

    @Test func `a server that does not answer is named with the cause`() async {
        let contact = Prerequisites.Contact(host: "tower.example", port: 8443) {
            throw WatchmanError(.unavailable, "cannot reach tower.example:8443: connection refused", hint: "try later")
        }
        let check = await self.machine.check(.server, contact: contact)
        #expect(check?.verdict == .failed)
        #expect(check?.detail == "cannot reach tower.example:8443: connection refused")
        #expect(check?.cure == "try later")
        #expect(await self.machine.check(.clock, contact: contact)?.detail == "plausible")
    }

    @Test func `a name that does not resolve is not tried`() async {
        let contact = Prerequisites.Contact(host: "nowhere.example", port: 8443) {
            Issue.record("tried to reach a host without an address")
            return Date()
        }
        let dns = await self.machine.check(.dns, contact: contact)
        #expect(dns?.verdict == .failed)
        #expect(dns?.detail == "cannot resolve nowhere.example: name or service not known")
        #expect(await self.machine.check(.server, contact: contact)?.verdict == .failed)
    }

    @Test(arguments: [
        (0, "agrees with the server's"), (300, "agrees with the server's"), (-300, "agrees with the server's"),
        (301, "the clock is 5 minutes behind the server's"), (-301, "the clock is 5 minutes ahead of the server's"),
        (7200, "the clock is 2 hours behind the server's"), (-864_000, "the clock is 10 days ahead of the server's"),
        (1e300, "the clock is 1000000000 days behind the server's"),
    ])
    func `the clock is compared with the server's`(ahead: TimeInterval, detail: String) async {
        let check = await self.machine.check(.clock, contact: self.contact(ahead: ahead))
        #expect(check?.detail == detail)
        #expect(check?.verdict == (abs(ahead) > 300 ? .warning : .ok))
        #expect(check?.cure == (abs(ahead) > 300 ? "timedatectl set-ntp true" : nil))
    }

    @Test func `a device that booted in 1970 is warned and still ready`() async {
        var machine = FakeMachine()
        machine.now = Date(timeIntervalSince1970: 60)
        let report = await machine.prerequisites().check()
        let clock = report.checks.first { $0.name == .clock }
        #expect(clock?.verdict == .warning)
        #expect(clock?.found == "1970-01-01T00:01:00Z")
        #expect(report.isReady)
    }
}
