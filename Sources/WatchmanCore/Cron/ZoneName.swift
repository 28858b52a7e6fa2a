public import Foundation

/// Names of time zones (IANA), such as `Europe/Berlin`. They are looked up in the ICU data that the binary brings along.
public enum ZoneName {
    /// The zone of this name.
    ///
    /// - Throws: `WatchmanError` (`invalid`) if there is none.
    public static func zone(_ name: String) throws -> TimeZone {
        guard name.utf8.count <= 64, name.utf8.allSatisfy(ASCII.isGraphic), let zone = TimeZone(identifier: name) else {
            throw WatchmanError(
                .invalid,
                "the time zone '\(OutsideText.clean(name, limit: 64))' is not known: write UTC or a name such as Europe/Berlin"
            )
        }
        return zone
    }
}
