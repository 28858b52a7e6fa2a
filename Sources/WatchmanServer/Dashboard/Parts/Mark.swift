/// A state for `mark.mustache`: a word, and the kind that gives it a colour and a shape.
struct Mark: Sendable {
    enum Kind: String, Sendable { case ok, bad, warn, idle, busy }

    let kind: String
    let word: String

    init(_ kind: Kind, _ word: String) {
        self.kind = kind.rawValue
        self.word = word
    }
}
