import WatchmanCore

/// A parameter after the `?` of an endpoint's path.
struct QueryParameter: Sendable {
    /// What its value may be.
    enum Form: Sendable {
        case integer(ClosedRange<Int>)
        case choice([String])
        /// Text that `accepts` accepts; the pattern says the same in the API's document.
        case text(pattern: String, accepts: @Sendable (String) -> Bool)
        /// What an answer gave as `next`; empty is the beginning.
        case cursor
    }

    let name: String
    let summary: String
    let form: Form

    init(_ name: String, _ summary: String, _ form: Form) {
        self.name = name
        self.summary = summary
        self.form = form
    }

    /// Up to 253 characters, none of which `OutsideText.clean` drops.
    static func line(_ name: String, _ summary: String) -> QueryParameter {
        QueryParameter(
            name, summary,
            .text(pattern: SchemaRules.line(253)) { text in
                text.unicodeScalars.count <= 253
                    && OutsideText.clean(text, limit: 253 * 4).utf8.elementsEqual(text.utf8)
            })
    }

    /// How many rows a page has.
    static func limit(_ range: ClosedRange<Int>) -> QueryParameter {
        QueryParameter("limit", "Rows on a page.", .integer(range))
    }

    /// Where a page begins: `next` of the page before.
    static let after = QueryParameter("after", "Where the page begins: `next` of the page before.", .cursor)

    static let cursorPattern = "^[A-Za-z0-9_-]{0,512}$"

    /// - Throws: `WatchmanError` (`invalid`) that says what the value may be.
    func check(_ value: String) throws {
        switch self.form {
        case .integer(let range):
            let isNumber = value.utf8.allSatisfy { ASCII.isDigit($0) || $0 == UInt8(ascii: "-") }
            guard isNumber, let number = Int(value), range.contains(number) else {
                throw WatchmanError(
                    .invalid, "\(self.name) must be a number from \(range.lowerBound) to \(range.upperBound)")
            }
        case .choice(let choices):
            guard choices.contains(where: { $0.utf8.elementsEqual(value.utf8) }) else {
                throw WatchmanError(.invalid, "\(self.name) must be one of \(choices.joined(separator: ", "))")
            }
        case .text(_, let accepts):
            guard accepts(value) else { throw WatchmanError(.invalid, "\(self.name) has a value that cannot be") }
        case .cursor:
            guard value.utf8.count <= 512, value.utf8.allSatisfy(ASCII.isBase64URL) else {
                throw WatchmanError(.invalid, "\(self.name) is not what an answer gave as next")
            }
        }
    }

    /// The parameters of a query string by name.
    ///
    /// - Throws: `WatchmanError` (`invalid`) for a name that is unknown here or stands twice, and for a value that does not fit.
    static func read(_ query: some Collection<(key: Substring, value: Substring)>, _ known: [QueryParameter]) throws
        -> [String: String]
    {
        var values: [String: String] = [:]
        for (key, value) in query {
            guard let parameter = known.first(where: { $0.name.utf8.elementsEqual(key.utf8) }) else {
                throw WatchmanError(
                    .invalid, "there is no parameter '\(OutsideText.clean(String(key), limit: 40))' here")
            }
            guard values.updateValue(String(value), forKey: parameter.name) == nil else {
                throw WatchmanError(.invalid, "\(parameter.name) is given twice")
            }
            try parameter.check(String(value))
        }
        return values
    }
}
