import ArgumentParser
import WatchmanCore

/// A span of time as people type it: a number with s, m, h or d.
struct TimeSpan: ExpressibleByArgument {
    let seconds: Int

    init(seconds: Int) { self.seconds = seconds }

    init?(argument: String) {
        let units: [UInt8: Int] = [
            UInt8(ascii: "s"): 1, UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3600, UInt8(ascii: "d"): 86400,
        ]
        guard let last = argument.utf8.last, let unit = units[last], argument.utf8.count < 9,
            argument.utf8.dropLast().allSatisfy(ASCII.isDigit), let count = Int(argument.dropLast())
        else { return nil }
        self.seconds = count * unit
    }

    /// The span in the largest unit that leaves nothing over.
    var text: String {
        let unit = [(86400, "d"), (3600, "h"), (60, "m")].first { self.seconds > 0 && self.seconds % $0.0 == 0 }
        return "\(self.seconds / (unit?.0 ?? 1))\(unit?.1 ?? "s")"
    }

    var defaultValueDescription: String { self.text }
}
