import Testing

@testable import WatchmanSystem

@Suite struct SSHDSettingsTests {
    /// What OpenSSH 9.2 prints on Debian 12, shortened.
    static let debian = """
        port 22
        listenaddress [::]:22
        listenaddress 0.0.0.0:22
        permitrootlogin without-password
        pubkeyauthentication yes
        authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2
        hostkey /etc/ssh/ssh_host_rsa_key
        hostkey /etc/ssh/ssh_host_ed25519_key

        """

    @Test func `host keys and port are read`() {
        let settings = SSHDSettings(parsing: Self.debian)
        #expect(settings.hostKeys == ["/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ed25519_key"])
        #expect(settings.port == 22)
        #expect(settings.listensOnLoopback)
    }

    @Test(arguments: [
        ("", 22, true),
        ("port 2200\nport 2201", 2200, true),
        ("port x\nport 99", 99, true),
        ("port 22\nlistenaddress 0.0.0.0:2222", 2222, true),
        ("port 22\nlistenaddress 10.0.0.1:22\nlistenaddress 127.0.0.1:2022\nlistenaddress 0.0.0.0:2222", 2022, true),
        ("port 22\nlistenaddress 10.0.0.1:22\nlistenaddress [::]:22", 22, false),
        ("port 22\r\nlistenaddress 0.0.0.0:24\r\n", 24, true),
    ])
    func `the port is the one that loopback answers on`(output: String, port: Int, isOnLoopback: Bool) {
        let settings = SSHDSettings(parsing: output)
        #expect(settings.port == port)
        #expect(settings.listensOnLoopback == isOnLoopback)
    }

    @Test(arguments: [
        "", Self.debian, "permitrootlogin yes", "permitrootlogin prohibit-password", "allowusers pi\nallowusers root",
        "allowusers pi r*@10.0.0.1", "denyusers guest", "denyusers root@192.0.2.1",
        "authorizedkeysfile %h/.ssh/authorized_keys",
    ])
    func `these settings let root in`(output: String) {
        #expect(SSHDSettings(parsing: output).rootRefusals.isEmpty)
    }

    @Test(arguments: [
        ("permitrootlogin no", "PermitRootLogin is no", "PermitRootLogin prohibit-password"),
        (
            "permitrootlogin forced-commands-only", "PermitRootLogin is forced-commands-only",
            "PermitRootLogin prohibit-password"
        ),
        ("pubkeyauthentication no", "PubkeyAuthentication is no", "PubkeyAuthentication yes"),
        ("allowusers pi\nallowusers admin@10.0.0.1", "AllowUsers leaves root out", "AllowUsers root"),
        ("denyusers ro?t", "DenyUsers names root", nil),
        (
            "authorizedkeysfile /etc/ssh/keys/%u", "AuthorizedKeysFile leaves .ssh/authorized_keys out", nil
        ),
    ])
    func `these settings keep root out`(output: String, words: String, directive: String?) {
        let expected = SSHDSettings.Refusal(words: words, directive: directive)
        #expect(SSHDSettings(parsing: output).rootRefusals == [expected])
    }
}
