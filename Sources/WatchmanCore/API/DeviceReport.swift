public import Foundation

/// What a device says of itself. Every text in it is hostile until `cleaned`.
public struct DeviceFacts: Codable, Hashable, Sendable {
    /// Host name as the kernel has it.
    public var hostname: String
    /// machine-id(5), or nil where there is none.
    public var machineID: String?
    /// Serial number of the hardware, which outlives a new image, or nil where there is none.
    public var serial: String?
    /// `PRETTY_NAME` of os-release(5).
    public var system: String
    /// Machine type as `uname -m` prints it.
    public var architecture: String
    /// Kernel release as `uname -r` prints it.
    public var kernel: String
    /// Version line of the OpenSSH client.
    public var ssh: String?
    /// Version line of the OpenSSH server.
    public var sshd: String?
    /// Version of the agent.
    public var agentVersion: String

    /// Creates facts from their parts.
    public init(
        hostname: String, machineID: String?, serial: String? = nil, system: String, architecture: String,
        kernel: String, ssh: String?, sshd: String?, agentVersion: String
    ) {
        self.hostname = hostname
        self.machineID = machineID
        self.serial = serial
        self.system = system
        self.architecture = architecture
        self.kernel = kernel
        self.ssh = ssh
        self.sshd = sshd
        self.agentVersion = agentVersion
    }

    /// The same facts with control characters gone and lengths bounded.
    public var cleaned: DeviceFacts {
        DeviceFacts(
            hostname: OutsideText.clean(self.hostname, limit: 253),
            machineID: self.machineID.map { OutsideText.clean($0, limit: 64) },
            serial: self.serial.map { OutsideText.clean($0, limit: 64) },
            system: OutsideText.clean(self.system, limit: 128),
            architecture: OutsideText.clean(self.architecture, limit: 32),
            kernel: OutsideText.clean(self.kernel, limit: 128),
            ssh: self.ssh.map { OutsideText.clean($0, limit: 128) },
            sshd: self.sshd.map { OutsideText.clean($0, limit: 128) },
            agentVersion: OutsideText.clean(self.agentVersion, limit: 32))
    }
}

/// What changes from minute to minute on a device.
public struct DeviceVitals: Codable, Hashable, Sendable {
    /// Seconds since boot.
    public var uptime: Double
    /// One-minute load average.
    public var load: Double
    /// Bytes of memory in all, and of them available.
    public var memoryTotal: Int64
    /// Bytes of memory that can be had without swapping.
    public var memoryAvailable: Int64
    /// Bytes of the root file system.
    public var diskTotal: Int64
    /// Bytes free there for root.
    public var diskFree: Int64
    /// Hottest thermal zone in degrees Celsius, or nil where there is none.
    public var temperature: Double?
    /// Addresses of the interfaces that are up, without loopback.
    public var addresses: [String]
    /// The device's clock.
    public var clock: Date
    /// Bytes a day on the wire for a tunnel that nobody uses and for check-ins, as measured of late; nil until it is known.
    public var idleTraffic: Int64?

    /// Creates vitals from their parts.
    public init(
        uptime: Double, load: Double, memoryTotal: Int64, memoryAvailable: Int64, diskTotal: Int64, diskFree: Int64,
        temperature: Double?, addresses: [String], clock: Date
    ) {
        self.uptime = uptime
        self.load = load
        self.memoryTotal = memoryTotal
        self.memoryAvailable = memoryAvailable
        self.diskTotal = diskTotal
        self.diskFree = diskFree
        self.temperature = temperature
        self.addresses = addresses
        self.clock = clock
    }

    /// The same vitals with texts bounded and numbers finite.
    public var cleaned: DeviceVitals {
        var copy = self
        copy.uptime = self.uptime.isFinite ? self.uptime : 0
        copy.load = self.load.isFinite ? self.load : 0
        copy.temperature = self.temperature.flatMap { $0.isFinite ? $0 : nil }
        copy.idleTraffic = self.idleTraffic.flatMap { $0 < 0 ? nil : $0 }
        copy.addresses = self.addresses.prefix(16).map { OutsideText.clean($0, limit: 64) }
        return copy
    }
}
