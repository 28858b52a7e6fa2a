/// A time of the day, to the minute.
public struct ClockTime: Hashable, Sendable {
    /// 0 to 23.
    public let hour: Int
    /// 0 to 59.
    public let minute: Int

    /// Reads `hh:mm`.
    ///
    /// - Throws: `WatchmanError` (`invalid`).
    public init(_ text: String) throws {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let numbers = parts.map { part in
            (1...2).contains(part.count) && part.allSatisfy(ASCII.isDigit)
                ? Int(String(decoding: part, as: UTF8.self)) ?? -1 : -1
        }
        guard numbers.count == 2, (0...23).contains(numbers[0]), (0...59).contains(numbers[1]) else {
            throw WatchmanError(
                .invalid, "'\(OutsideText.clean(text, limit: 20))' is no time of the day: it must look like 02:30")
        }
        (self.hour, self.minute) = (numbers[0], numbers[1])
    }
}
