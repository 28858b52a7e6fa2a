import Testing
import WatchmanCore

@Suite struct RightsTests {
    private static func rights(_ text: String) throws -> Rights {
        let words = text.split(separator: " ").map(String.init)
        return Rights(
            role: try #require(Role(rawValue: words[0])), mayReveal: words.contains("reveal"),
            scope: try words.dropFirst().first { $0 != "reveal" }.map(DeviceSelector.init))
    }

    @Test(arguments: [
        ("admin reveal", "admin reveal", true), ("admin", "operator", true), ("admin", "admin reveal", false),
        ("operator", "admin", false), ("viewer reveal", "viewer", true), ("viewer reveal", "operator", false),
        ("admin", "viewer site=a", true), ("admin site=a", "viewer", false), ("admin site=a", "viewer site=a", true),
        ("admin site=a", "viewer site=b", false), ("admin site=a", "viewer site=a,site=b", false),
        ("operator reveal site=a", "viewer reveal site=a", true),
    ])
    func `nobody hands out more than they have`(mine: String, other: String, isCovered: Bool) throws {
        let (mine, other) = (try Self.rights(mine), try Self.rights(other))
        #expect(mine.cover(other) == isCovered)
        #expect(((try? mine.requireCover(other)) != nil) == isCovered)
    }

    @Test func `rights are told in words`() throws {
        for text in ["viewer", "admin reveal", "operator site=a", "admin reveal site=a+arm,name=x*"] {
            #expect(try Self.rights(text).words == text)
        }
    }

    @Test(
        arguments: [
            (nil, nil), ("all", nil), ("all,site=a", nil), ("all+all", nil), ("site=a", "site=a"),
            ("all+site=a", "all+site=a"), ("site=a,name=b*", "site=a,name=b*"),
        ] as [(String?, String?)])
    func `all devices are no scope`(text: String?, scope: String?) throws {
        #expect(try DeviceSelector.scope(text)?.text == scope)
    }

    @Test(arguments: ["", ",", "a b", "-x", "a\n", "site='", "é"]) func `what is no scope is refused`(text: String) {
        let error = #expect(throws: WatchmanError.self) { try DeviceSelector.scope(text) }
        #expect(error?.code == .invalid)
    }
}
