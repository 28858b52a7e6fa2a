/// A line of a list of facts.
struct Fact: Sendable {
    let title: String
    let text: String
    /// Whether it is something to be copied rather than read.
    let isCode: Bool

    init(_ title: String, _ text: String, isCode: Bool = false) {
        self.title = title
        self.text = text
        self.isCode = isCode
    }
}
