import Testing
import WatchmanCore

@testable import WatchmanSystem

@Suite struct CommandLineTests {
    private static let route = TunnelRoute(
        host: "tower.example", gatewayPort: 2222, user: "wm-edge", port: 20001, localPort: 22,
        key: "/root/Secure-Tunnel/id_ed25519", knownHosts: "/root/Secure-Tunnel/known_hosts",
        dial: ["/root/Secure-Tunnel/watchman", "agent", "dial"])

    @Test func `autossh is started with these arguments`() {
        let command = Command.autossh(Self.route, pidFile: "/run/watchman-agent/autossh.pid")
        #expect(command.executable == "autossh" && command.input == nil)
        #expect(
            command.arguments == [
                "-M", "0", "-N", "-T", "-F", "none", "-i", "/root/Secure-Tunnel/id_ed25519", "-o", "BatchMode=yes",
                "-o",
                "ConnectTimeout=5", "-o", "ControlMaster=no", "-o", "ControlPath=none", "-o",
                "ExitOnForwardFailure=yes", "-o", "HostKeyAlias=gateway.watchman", "-o", "IdentitiesOnly=yes", "-o",
                "LogLevel=ERROR", "-o", "PasswordAuthentication=no", "-o", "ServerAliveCountMax=3", "-o",
                "ServerAliveInterval=5", "-o", "KexAlgorithms=curve25519-sha256,curve25519-sha256@libssh.org", "-o",
                "StrictHostKeyChecking=yes", "-o", "TCPKeepAlive=yes", "-o",
                "UserKnownHostsFile=/root/Secure-Tunnel/known_hosts", "-o", "GlobalKnownHostsFile=/dev/null", "-o",
                "ProxyUseFdpass=yes", "-o", "ProxyCommand=/root/Secure-Tunnel/watchman agent dial", "-R",
                "127.0.0.1:20001:127.0.0.1:22", "-p", "2222", "-l", "wm-edge", "--", "tower.example",
            ])
        #expect(
            command.environment == [
                "AUTOSSH_GATETIME": "0", "AUTOSSH_MAXSTART": "1",
                "AUTOSSH_PIDFILE": "/run/watchman-agent/autossh.pid",
            ])
    }

    @Test func `a path is one word for the shell that reads it, and for ssh`() {
        #expect(Command.proxyCommand(["/a/b-1_c.d", "dial"]) == "/a/b-1_c.d dial")
        #expect(Command.proxyCommand(["/a b/$(x)", "it's", "100%h"]) == #"'/a b/$(x)' 'it'\''s' '100%%h'"#)
    }

    @Test(arguments: [
        (NetworkProfile.wired, [5, 3, 5]), (.wifi, [10, 3, 5]), (.lte, [60, 2, 15]), (.satellite, [60, 2, 30]),
    ])
    func `how patient ssh is depends on the network`(profile: NetworkProfile, numbers: [Int]) {
        let arguments = Command.autossh(Self.route, TunnelTiming(profile), pidFile: "p").arguments
        #expect(arguments.contains("ServerAliveInterval=\(numbers[0])"))
        #expect(arguments.contains("ServerAliveCountMax=\(numbers[1])"))
        #expect(arguments.contains("ConnectTimeout=\(numbers[2])"))
    }

    @Test func `a tunnel that holds a session asks for one`() {
        var route = Self.route
        route.holdsSession = true
        let (with, without) = (Command.autossh(route, pidFile: "p"), Command.autossh(Self.route, pidFile: "p"))
        #expect(with.arguments == without.arguments.filter { $0 != "-N" })
        #expect(with.arguments.suffix(2) == ["--", "tower.example"], "the gateway knows what to run")
    }

    @Test func `the host is the last argument, behind the end of options`() {
        var route = Self.route
        route.host = "-oProxyCommand=evil"
        #expect(Command.autossh(route, pidFile: "p").arguments.suffix(2) == ["--", "-oProxyCommand=evil"])
    }

    @Test func `sshd is tested and started by absolute paths`() {
        #expect(
            Command.sshdTest("/usr/sbin/sshd", configuration: "/g/sshd_config")
                == Command("/usr/sbin/sshd", ["-t", "-f", "/g/sshd_config"]))
        #expect(
            Command.sshdStart("/usr/sbin/sshd", configuration: "/g/sshd_config", log: "/g/sshd.log")
                == Command("/usr/sbin/sshd", ["-f", "/g/sshd_config", "-E", "/g/sshd.log"]))
    }

    @Test func `a password goes to chpasswd's input and nowhere else`() {
        let command = Command.chpasswd("root", Secret("hunter2"))
        #expect(command == Command("chpasswd", [], input: Array("root:hunter2\n".utf8)))
        #expect(!"\(command)".contains("hunter2"))
        #expect(command.arguments.isEmpty && command.environment.isEmpty)
    }

    @Test func `keys are made without a passphrase, rsa in a form we can read`() {
        #expect(
            Command.makeKey(type: "rsa", path: "/k", comment: "watchman")
                == Command(
                    "ssh-keygen",
                    ["-q", "-t", "rsa", "-b", "3072", "-m", "PEM", "-N", "", "-C", "watchman", "-f", "/k"]))
        #expect(
            Command.makeKey(type: "ed25519", path: "/k", comment: "c")
                == Command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "c", "-f", "/k"]))
    }

    @Test func `systemctl and ssh take their arguments as they are`() {
        #expect(Command.systemctl("is-active", "--quiet", "x") == Command("systemctl", ["is-active", "--quiet", "x"]))
        #expect(Command.ssh(["-F", "/c", "--", "h"]) == Command("ssh", ["-F", "/c", "--", "h"]))
    }

    @Test func `a job's command follows the device, which follows the end of options`() {
        let command = Command.ssh(configuration: "/s/config", device: "edge-1", command: ["-v", "uname", "-a"])
        #expect(
            command
                == Command(
                    "ssh",
                    [
                        "-F", "/s/config", "-T", "-l", "root", "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "-o",
                        "ServerAliveInterval=15", "--", "edge-1.wm", "-v", "uname", "-a",
                    ]))
        #expect(command.input == nil)
    }
}
