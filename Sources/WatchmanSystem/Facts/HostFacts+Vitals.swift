import Foundation
import Glibc
public import WatchmanCore

extension HostFacts {
    /// How this machine is now. What cannot be read counts as 0, or nil for the temperature.
    public func vitals() -> DeviceVitals {
        let memory = self.content(of: "proc/meminfo")
        let disk = self.disk()
        return DeviceVitals(
            uptime: Self.firstNumber(in: self.content(of: "proc/uptime")) ?? 0,
            load: Self.firstNumber(in: self.content(of: "proc/loadavg")) ?? 0,
            memoryTotal: Self.memory("MemTotal", in: memory) ?? 0,
            // Linux before 3.14 does not tell what is available.
            memoryAvailable: Self.memory("MemAvailable", in: memory) ?? Self.memory("MemFree", in: memory) ?? 0,
            diskTotal: disk.total,
            diskFree: disk.free,
            temperature: self.temperature(),
            addresses: NetworkAddresses.current(),
            clock: Date())
    }

    /// The first field of /proc/uptime (seconds) or /proc/loadavg (one minute), if it is a number that makes sense.
    static func firstNumber(in content: Data) -> Double? {
        let field = content.prefix { !ASCII.isSpace($0) }
        guard field.allSatisfy({ ASCII.isDigit($0) || $0 == UInt8(ascii: ".") }) else { return nil }
        return Double(String(decoding: field, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
    }

    /// A line `NAME:  N kB` of /proc/meminfo, in bytes.
    static func memory(_ name: String, in content: Data) -> Int64? {
        for line in content.split(separator: UInt8(ascii: "\n")) where line.starts(with: "\(name):".utf8) {
            let digits = line.dropFirst(name.utf8.count + 1).drop { ASCII.isSpace($0) }.prefix { ASCII.isDigit($0) }
            guard let size = Int64(String(decoding: digits, as: UTF8.self)), size <= Int64.max / 1024 else {
                return nil
            }
            return size * 1024
        }
        return nil
    }

    /// A thermal zone's file (millidegrees) in degrees Celsius. Zones that are off report values beyond any device.
    static func degrees(in content: Data) -> Double? {
        let field = content.prefix { !ASCII.isSpace($0) }
        guard let value = Int(String(decoding: field, as: UTF8.self)), (-60_000...200_000).contains(value) else {
            return nil
        }
        return Double(value) / 1000
    }

    private func temperature() -> Double? {
        let folder = "sys/class/thermal"
        let zones = (try? FileManager.default.contentsOfDirectory(atPath: self.path(folder))) ?? []
        return zones.filter { $0.utf8.starts(with: "thermal_zone".utf8) }
            .compactMap { Self.degrees(in: self.content(of: "\(folder)/\($0)/temp")) }
            .max()
    }

    private func disk() -> (total: Int64, free: Int64) {
        var disk = statvfs()
        guard statvfs(self.root, &disk) == 0 else { return (0, 0) }
        let bytes: (UInt) -> Int64 = { Int64(clamping: $0 &* disk.f_frsize) }
        return (bytes(disk.f_blocks), bytes(disk.f_bfree))
    }
}
