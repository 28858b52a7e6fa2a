import Foundation
import Testing

@testable import WatchmanSystem

@Suite struct PackageManagerTests {
    @Test(arguments: [
        (
            PackageManager(.apt), "apt-get update",
            ["apt-get install -y openssh-client openssh-server autossh passwd"]
        ),
        (
            PackageManager(.dnf), nil,
            ["dnf install -y openssh-clients openssh-server openssh autossh shadow-utils"]
        ),
        (
            PackageManager(.yum, needsEPEL: true), nil,
            [
                "yum install -y epel-release",
                "yum install -y openssh-clients openssh-server openssh autossh shadow-utils",
            ]
        ),
        (PackageManager(.zypper), nil, ["zypper --non-interactive install openssh autossh shadow"]),
        (PackageManager(.pacman), nil, ["pacman -S --noconfirm openssh autossh shadow"]),
        (
            PackageManager(.apk), nil,
            ["apk add --update-cache openssh-client openssh-server openssh-keygen autossh shadow"]
        ),
        (
            PackageManager(.opkg), "opkg update",
            ["opkg install openssh-client openssh-server openssh-keygen autossh shadow-chpasswd"]
        ),
    ])
    func `every package is named once, in one command`(manager: PackageManager, refresh: String?, commands: [String]) {
        #expect(manager.refresh?.description == refresh)
        #expect(manager.install(SystemPackage.allCases).map(\.description) == commands)
    }

    @Test func `EPEL is brought in for autossh only`() {
        let manager = PackageManager(.dnf, needsEPEL: true)
        #expect(manager.install([.opensshServer]).map(\.arguments) == [["install", "-y", "openssh-server"]])
    }

    @Test(arguments: [
        (["apt-get"], "ID=debian", PackageManager(.apt)),
        (["apt-get", "dnf"], "ID=fedora", PackageManager(.dnf)),
        (["apt-get", "dnf"], "ID=raspbian\nID_LIKE=debian", PackageManager(.apt)),
        (["dnf", "yum"], "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"", PackageManager(.dnf, needsEPEL: true)),
        (["yum"], "ID=\"centos\"\nID_LIKE=\"rhel fedora\"", PackageManager(.yum, needsEPEL: true)),
        (["zypper"], "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"", PackageManager(.zypper)),
        (["opkg"], "", PackageManager(.opkg)),
        (["apk", "apt-get"], "ID=unheard-of", PackageManager(.apt)),
        ([], "ID=debian", nil),
    ])
    func `the package manager of the distribution is found`(
        programs: [String], release: String, expected: PackageManager?
    ) {
        let found = PackageManager(release: OSRelease(parsing: Data(release.utf8))) { program in
            programs.contains(program) ? "/usr/bin/\(program)" : nil
        }
        #expect(found == expected)
    }

    @Test func `apt asks no questions and waits for its lock`() {
        let command = PackageManager(.apt).unattended(Command("apt-get", ["update"]))
        #expect(command.arguments == ["-o", "DPkg::Lock::Timeout=300", "update"])
        #expect(command.environment == ["DEBIAN_FRONTEND": "noninteractive"])
        #expect(PackageManager(.dnf).unattended(Command("dnf", ["x"])) == Command("dnf", ["x"]))
    }
}
