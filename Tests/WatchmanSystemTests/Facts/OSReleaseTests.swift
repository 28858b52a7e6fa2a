import Foundation
import Testing

@testable import WatchmanSystem

@Suite struct OSReleaseTests {
    @Test(arguments: [
        ("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n", "Debian GNU/Linux 12 (bookworm)", ["debian"]),
        (
            "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nPRETTY_NAME='Rocky Linux 9'", "Rocky Linux 9",
            ["rocky", "rhel", "centos", "fedora"]
        ),
        ("PRETTY_NAME=Alpine\nID=alpine \r\n", "Alpine", ["alpine"]),
        (#"PRETTY_NAME="a \"b\" \\ c"d"#, #"a "b" \ c"#, []),
        ("PRETTY_NAME=\"unfinished", "unfinished", []),
        ("", "Linux", []),
        ("PRETTY_NAME=\n=\n==\nID", "Linux", []),
        ("PRETTY_NAME=\"\u{1b}[2Jred\u{202e}\"", "[2Jred", []),
    ])
    func `name and kin are read`(content: String, name: String, ids: [String]) {
        let release = OSRelease(parsing: Data(content.utf8))
        #expect(release.prettyName == name)
        #expect(release.ids == ids)
    }

    @Test func `bytes that are not text do no harm`() {
        let release = OSRelease(parsing: Data([0xff, 0x3d, 0xfe, 0x0a, 0x00, 0x0a]))
        #expect(release.prettyName == "Linux")
    }
}
