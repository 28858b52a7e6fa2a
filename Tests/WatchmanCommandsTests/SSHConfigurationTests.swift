import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanCommands

@Suite struct SSHConfigurationTests {
    private static let folder = "/home/ann/.cache/watchman/devices/abcdefgh23"

    private static func identity(_ certificate: String, _ alias: String) -> String {
        """
            HostKeyAlias \(alias)
            IdentityFile \(self.folder)/id_ed25519
            IdentityAgent none
            CertificateFile \(self.folder)/\(certificate)-cert.pub
            UserKnownHostsFile \(self.folder)/known_hosts
            GlobalKnownHostsFile /dev/null
            IdentitiesOnly yes
            StrictHostKeyChecking yes
            UpdateHostKeys no
            CheckHostIP no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            ControlPath none
        """
    }

    private static let device = """
        Host edge-1.wm
            HostName 127.0.0.1
            Port 20000
        \(identity("device", "abcdefgh23.watchman"))
            SendEnv LANG LC_*

        """

    @Test func `on the gateway there is no hop on the way`() throws {
        let text = try SSHConfiguration.once(try CommandSamples.grant(), gateway: nil, folder: Self.folder)
        #expect(text == Self.device)
    }

    @Test func `from elsewhere the way leads through the gateway`() throws {
        let text = try SSHConfiguration.once(
            try CommandSamples.grant(), gateway: CommandSamples.hop("tower.example"), folder: Self.folder)
        #expect(
            text == Self.device + """
                    ProxyJump gateway.watchman

                Host gateway.watchman
                    HostName tower.example
                    Port 2222
                    User wm-jump
                    KexAlgorithms curve25519-sha256,curve25519-sha256@libssh.org
                    ProxyCommand /bin/watchman dial %h %p
                    ProxyUseFdpass yes
                \(Self.identity("gateway", "gateway.watchman"))

                """)
    }

    @Test func `the hop to the gateway may stay for the next ssh`() throws {
        var hop = CommandSamples.hop("tower.example")
        hop.controlPath = "/run/user/1000/watchman/0123"
        let text = try SSHConfiguration.once(try CommandSamples.grant(), gateway: hop, folder: Self.folder)
        let gateway = text.split(separator: "Host gateway.watchman").last ?? ""
        #expect(
            gateway.contains(
                """
                    ProxyUseFdpass yes
                    ControlMaster auto
                    ControlPersist 60
                    ControlPath /run/user/1000/watchman/0123
                """), "before the `ControlPath none` of all: ssh takes the first")
    }

    @Test func `by password only the device is entered so, and its keys are pinned as ever`() throws {
        let usual = try SSHConfiguration.once(
            try CommandSamples.grant(), gateway: CommandSamples.hop("tower.example"), folder: Self.folder)
        let text = try SSHConfiguration.once(
            try CommandSamples.grant(), gateway: CommandSamples.hop("tower.example"), passwords: 2, folder: Self.folder)
        let added = """
                Port 20000
                PubkeyAuthentication no
                PreferredAuthentications password
                PasswordAuthentication yes
                NumberOfPasswordPrompts 3

            """
        #expect(text == usual.replacing("    Port 20000\n", with: added))
    }

    @Test func `a standing block fetches what it needs when it is used`() throws {
        let text = try SSHConfiguration.standing(
            CommandSamples.device("abcdefgh23", "edge-1"), folder: Self.folder,
            connect: "/usr/local/bin/watchman connect")
        #expect(
            text == """
                Match originalhost edge-1.wm exec "/usr/local/bin/watchman connect --prepare abcdefgh23"
                Host edge-1.wm
                    User root
                    ProxyCommand /usr/local/bin/watchman connect --stdio abcdefgh23
                \(Self.identity("device", "abcdefgh23.watchman"))

                """)
    }

    @Test(arguments: ["gateway", "abcdefgh23"]) func `no device's name is that of the gateway`(name: String) throws {
        let text = try SSHConfiguration.once(
            try CommandSamples.grant(name: name), gateway: CommandSamples.hop("tower.example"), folder: Self.folder)
        let hosts = text.split(separator: "\n").filter { $0.hasPrefix("Host ") }
        #expect(Set(hosts).count == 2)
    }

    /// What a server that is no longer ours could send to run commands on an admin's machine.
    static let hostile = [
        "", "x\n    ProxyCommand touch /tmp/owned", "x\r\ny", "x y", "-oProxyCommand=x", "x\"y", "%h", "*", "!x",
        "../../x", "x\u{301}",
        "x\ny\u{301}", "$(id)", "`id`", "x#y", "x\0", "é", "x/y", "\u{1b}[2J",
    ]

    @Test(arguments: hostile) func `a hostile text gets into no configuration`(text: String) throws {
        let attempts: [() throws -> String] = [
            { try SSHConfiguration.once(CommandSamples.grant(name: text), gateway: nil, folder: "/f") },
            { try SSHConfiguration.once(CommandSamples.grant(id: text), gateway: nil, folder: "/f") },
            {
                try SSHConfiguration.once(
                    CommandSamples.grant(user: text), gateway: CommandSamples.hop("tower"), folder: "/f")
            },
            { try SSHConfiguration.once(CommandSamples.grant(), gateway: CommandSamples.hop(text), folder: "/f") },
            { try SSHConfiguration.standing(CommandSamples.device("a", text), folder: "/f", connect: "w") },
            { try SSHConfiguration.standing(CommandSamples.device(text, "a"), folder: "/f", connect: "w") },
        ]
        for attempt in attempts {
            let error = #expect(throws: WatchmanError.self) { try attempt() }
            #expect(error == WatchmanError(.unavailable, "the server's answer holds a name that cannot be one"))
        }
    }
}
