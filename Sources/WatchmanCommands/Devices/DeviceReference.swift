import WatchmanCore

/// What people type for a device.
enum DeviceReference {
    /// The text if it can name a device: then it is also safe in a URL and on a command line.
    ///
    /// - Throws: `WatchmanError` (`notFound`).
    static func checked(_ text: String) throws -> String {
        guard DeviceName.isValid(text) else {
            throw WatchmanError(
                .notFound, "no device '\(OutsideText.clean(text, limit: 63))'", hint: "watchman devices")
        }
        return text
    }
}
