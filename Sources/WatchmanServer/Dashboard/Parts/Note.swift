import HTTPTypes
import WatchmanCore

/// What a page has to say before everything else, for `note.mustache`.
struct Note: Sendable {
    let text: String
    let hint: String?

    /// What is wrong with a form that was sent.
    init(_ error: WatchmanError) {
        self.text = error.message
        self.hint = error.hint
    }
}

extension WatchmanError {
    /// Whether whoever filled in a form can mend it there.
    var isAboutForm: Bool { [.invalid, .conflict, .exhausted, .unavailable].contains(self.code) }
}
