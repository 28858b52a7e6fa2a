import Testing

@testable import WatchmanCore

@Suite struct RandomTextTests {
    @Test(arguments: [0, 1, 8, 10, 26]) func `an identifier has the digits that were asked for`(count: Int) {
        let text = RandomText.identifier(count)
        #expect(text.utf8.count == count)
        #expect(text.utf8.allSatisfy { ASCII.isLower($0) || (UInt8(ascii: "2")...UInt8(ascii: "7")).contains($0) })
    }

    @Test func `an identifier is a valid device name`() {
        for _ in 0..<100 { #expect(DeviceName.isValid(RandomText.identifier(10))) }
    }

    @Test func `every digit of the alphabets is drawn`() {
        #expect(Set(RandomText.identifier(5000).utf8) == Set(RandomText.base32))
        #expect(RandomText.base32.count == 32 && Set(RandomText.base32).count == 32)
        let passwords = (0..<500).flatMap { _ in Array(RandomText.rootPassword().revealed.utf8) }
        #expect(Set(passwords) == Set(RandomText.password))
    }

    @Test func `a root password is one that chpasswd takes`() {
        for _ in 0..<500 {
            let bytes = Array(RandomText.rootPassword().revealed.utf8)
            #expect(bytes.count == 24)
            #expect(bytes.allSatisfy(ASCII.isAlphanumeric))
        }
        #expect(RandomText.password.allSatisfy { !":\n\r0O1lI".utf8.contains($0) })
    }

    @Test func `nothing is drawn twice`() {
        #expect(Set((0..<2000).map { _ in RandomText.identifier(10) }).count == 2000)
        #expect(Set((0..<2000).map { _ in RandomText.rootPassword() }).count == 2000)
    }
}
