import Testing

@testable import WatchmanSystem

@Suite struct OpenSSHVersionTests {
    @Test(arguments: [
        ("OpenSSH_7.4p1, OpenSSL 1.0.2k-fips  26 Jan 2017", 7, 4, "7.4p1"),
        ("OpenSSH_7.9p1 Debian-10+deb10u2, OpenSSL 1.1.1n  15 Mar 2022", 7, 9, "7.9p1 Debian-10+deb10u2"),
        ("OpenSSH_8.4p1 Debian-5+deb11u3, OpenSSL 1.1.1w  11 Sep 2023", 8, 4, "8.4p1 Debian-5+deb11u3"),
        ("OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.19 27 Jan 2026", 9, 2, "9.2p1 Debian-2+deb12u10"),
        ("OpenSSH_9.2, OpenSSL 3.0.19 27 Jan 2026", 9, 2, "9.2"),
        ("OpenSSH_10.0p2 Debian-7, OpenSSL 3.5.1 1 Jul 2025", 10, 0, "10.0p2 Debian-7"),
        ("OpenSSH_for_Windows_8.1p1, LibreSSL 3.0.2", 8, 1, "8.1p1"),
    ])
    func `a version line gives the two numbers and the short text`(
        line: String, major: Int, minor: Int, text: String
    ) throws {
        let version = try #require(OpenSSHVersion(line: line))
        #expect(version == OpenSSHVersion(major, minor))
        #expect(OpenSSHVersion.shortText(of: line) == text)
    }

    @Test(arguments: [
        "", "Dropbear v2022.83", "OpenSSH_", "OpenSSH_x.y", "OpenSSH_9", "OpenSSH_9.", "openssh_9.2p1",
        " OpenSSH_9.2p1",
        "OpenSSH_99999999999999999999.1", "OpenSSH_-1.2", "OpenSSH_٩.٢",
    ])
    func `any other line gives nothing`(line: String) {
        #expect(OpenSSHVersion(line: line) == nil)
    }

    @Test func `versions are ordered by number, not by text`() {
        #expect(OpenSSHVersion(7, 4) < OpenSSHVersion(7, 10))
        #expect(OpenSSHVersion(9, 9) < OpenSSHVersion(10, 0))
        #expect(!(OpenSSHVersion(7, 4) < OpenSSHVersion(7, 4)))
    }

    @Test func `an sshd that does not know -V names its version in the usage`() {
        let usage = "unknown option -- V\nOpenSSH_7.4p1, OpenSSL 1.0.2k-fips  26 Jan 2017\nusage: sshd [-46DdeiqTt]\n"
        let result = CommandResult(status: 1, errors: usage)
        #expect(OpenSSHVersion.line(in: result) == "OpenSSH_7.4p1, OpenSSL 1.0.2k-fips  26 Jan 2017")
    }

    @Test func `a line is found behind carriage returns and loses control characters`() {
        let result = CommandResult(status: 0, output: "warning\r\nOpenSSH_9.2p1\u{1b}[31m Evil\r\n")
        #expect(OpenSSHVersion.line(in: result) == "OpenSSH_9.2p1[31m Evil")
    }
}
