import Testing
import WatchmanCore

@Suite struct DeviceSelectorTests {
    @Test(
        arguments: [
            ("all", [[.all]]), ("arm", [[.tag("arm")]]), ("site=berlin", [[.tag("site=berlin")]]),
            ("name=edge-*", [[.name("edge-*")]]), ("site=*", [[.tag("site=*")]]), ("*", [[.tag("*")]]),
            ("name=", [[.name("")]]), ("named", [[.tag("named")]]), ("ALL", [[.tag("ALL")]]),
            ("site=berlin+arm", [[.tag("site=berlin"), .tag("arm")]]),
            ("a,b+c,name=d", [[.tag("a")], [.tag("b"), .tag("c")], [.name("d")]]),
        ] as [(String, [[DeviceSelector.Term]])])
    func `plus joins what must fit, a comma what may`(text: String, alternatives: [[DeviceSelector.Term]]) throws {
        let selector = try DeviceSelector(text)
        #expect(selector.alternatives == alternatives)
        #expect(selector.text == text)
    }

    @Test(arguments: [
        "", ",", "a,", ",a", "a++b", "+", "a b", "a;b", "a'b", "a\"", "a?", "[ab]", "name=[a]", "-a", ".a", "=a", "a\n",
        "\u{1b}[31m", "a\u{301}", "é", "!a", "(a)", "a|b", "a%", "a/b",
    ])
    func `anything else is refused with an example`(text: String) {
        let error = #expect(throws: WatchmanError.self) { try DeviceSelector(text) }
        #expect(error?.code == .invalid)
        #expect(
            error?.message.hasSuffix("chooses no devices: write all, a tag such as site=berlin, or name=edge-*") == true
        )
        #expect(error?.message.utf8.allSatisfy { $0 >= 0x20 } == true)
    }

    @Test func `a choice has an end`() {
        let error = #expect(throws: WatchmanError.self) { try DeviceSelector(String(repeating: "a,", count: 251)) }
        #expect(error?.message == "the choice of devices is longer than 500 bytes")
    }
}
