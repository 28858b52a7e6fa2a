/// Times for people.
public enum ElapsedTime {
    /// A number of seconds in its largest whole unit: `5 s`, `3 min`, `2 h`, `9 d`.
    public static func words(_ seconds: Double) -> String {
        let whole = Int(exactly: max(0, seconds).rounded(.down)) ?? 0
        switch whole {
        case ..<60: return "\(whole) s"
        case ..<3600: return "\(whole / 60) min"
        case ..<86400: return "\(whole / 3600) h"
        default: return "\(whole / 86400) d"
        }
    }
}
