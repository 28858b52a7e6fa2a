import Foundation
import Logging
import WatchmanCore

/// One line on standard error for each message: `level message key=value`. Values from outside are cleaned.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    let isJournal: Bool

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = self.metadata.merging(event.metadata ?? [:]) { $1 }
        let fields = all.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }
        let prefix = self.isJournal ? "<\(Self.priority(event.level))>" : "\(event.level): "
        Terminal.say("\(prefix)\(event.message)\(fields.joined())")
    }

    private static func quoted(_ value: String) -> String {
        let clean = OutsideText.clean(value, limit: 500)
        let isPlain = clean.utf8.allSatisfy { ASCII.isGraphic($0) && $0 != UInt8(ascii: "\"") }
        return isPlain && !clean.isEmpty ? clean : "\"\(clean.replacing("\"", with: "'"))\""
    }

    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}
