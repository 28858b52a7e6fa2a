public import Foundation

/// A machine that a device was: one boot of it.
public struct DeviceInstance: Codable, Hashable, Sendable {
    /// The kernel's number of the boot.
    public var bootID: String
    /// machine-id(5), which a copied card copies.
    public var machineID: String?
    /// Host name.
    public var hostname: String
    /// The address that it called from.
    public var source: String
    /// Its first check-in.
    public var firstSeen: Date
    /// Its last check-in, to some minutes.
    public var lastSeen: Date
    /// Whether it was chosen to stay and will get a new key.
    public var isChosen: Bool

    /// Creates an instance from its parts.
    public init(
        bootID: String, machineID: String?, hostname: String, source: String, firstSeen: Date, lastSeen: Date,
        isChosen: Bool
    ) {
        self.bootID = bootID
        self.machineID = machineID
        self.hostname = hostname
        self.source = source
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.isChosen = isChosen
    }
}

/// `POST /api/v1/devices/REF/choose`: which of the machines with one key is the device.
public struct InstanceChoice: Codable, Sendable {
    /// The instance's boot, or the beginning of it.
    public var instance: String

    /// Creates a choice.
    public init(instance: String) { self.instance = instance }
}

/// `POST /api/v1/devices/REF/accept-host-keys`: these, and no others, are the device's host keys from now on.
public struct HostKeyAcceptance: Codable, Sendable {
    /// The keys as they were shown to the person who accepts them.
    public var hostKeys: [SSHPublicKey]

    /// Creates an acceptance.
    public init(hostKeys: [SSHPublicKey]) { self.hostKeys = hostKeys }
}
