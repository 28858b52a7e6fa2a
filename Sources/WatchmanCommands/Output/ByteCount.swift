import Foundation

/// Sizes for people.
enum ByteCount {
    /// A number of bytes in its largest unit: `512 B`, `12.3 KiB`, `1.5 GiB`.
    static func words(_ bytes: Int64) -> String {
        var (value, unit) = (Double(bytes), 0)
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        while value >= 1024 && unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(bytes) B" : String(format: "%.1f %@", value, units[unit])
    }
}
