public import Foundation
public import WatchmanCore

/// Values that tests need and do not care about.
public enum Sample {
    /// 2026-09-21 14:13:20 UTC.
    public static let now = Date(timeIntervalSince1970: 1_790_000_000)

    /// Facts of a device with this host name.
    public static func facts(hostname: String = "edge") -> DeviceFacts {
        DeviceFacts(
            hostname: hostname, machineID: "0123456789abcdef", system: "Test OS 1", architecture: "aarch64",
            kernel: "6.1.0-test", ssh: "OpenSSH_9.2p1", sshd: "OpenSSH_9.2p1", agentVersion: "0.1.0")
    }

    /// Vitals of a device whose clock shows this.
    public static func vitals(clock: Date = Sample.now) -> DeviceVitals {
        DeviceVitals(
            uptime: 93784, load: 0.25, memoryTotal: 4 << 30, memoryAvailable: 3 << 30, diskTotal: 32 << 30,
            diskFree: 20 << 30, temperature: 48.5, addresses: ["192.0.2.10"], clock: clock)
    }

    /// A request to enrol a device with this key.
    public static func registration(
        _ token: Credential, key: SSHPublicKey, name: String? = nil, hostname: String = "edge",
        hostKeys: [SSHPublicKey]? = nil, facts: DeviceFacts? = nil, clock: Date = Sample.now,
        escrowsRootPassword: Bool = true, nonce: String? = nil
    ) -> RegistrationRequest {
        RegistrationRequest(
            nonce: nonce, tokenID: token.id, tokenSecret: token.secret, pin: token.pin, name: name, publicKey: key,
            hostKeys: hostKeys ?? [SSHPrivateKey.generate().publicKey],
            facts: facts ?? Self.facts(hostname: hostname), clock: clock, escrowsRootPassword: escrowsRootPassword)
    }
}

extension Sample {
    /// A request for a job that runs `uname -a` on the server every ten minutes.
    public static func job(
        _ name: String = "job", cron: String = "*/10 * * * *", timeZone: String = "UTC", jitter: Int = 0,
        missed: MissedPolicy = .skip, devices: String? = nil, command: [String] = ["uname", "-a"], timeout: Int = 60,
        concurrency: Int = 10
    ) -> JobRequest {
        JobRequest(
            name: name, cron: cron, timeZone: timeZone, jitter: jitter, missed: missed, devices: devices,
            command: command, timeout: timeout, concurrency: concurrency)
    }

    /// What a command printed.
    public static func output(_ target: String = "server", _ text: String = "hello\n", status: Int? = 0) -> JobOutput {
        JobOutput(
            target: target, name: target, status: status, isTimedOut: false, output: text, startedAt: Self.now,
            endedAt: Self.now)
    }
}
