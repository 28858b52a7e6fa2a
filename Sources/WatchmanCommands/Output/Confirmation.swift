import WatchmanCore

/// Questions before what cannot be undone.
enum Confirmation {
    /// Returns if the person typed `word`, or `yes` was given.
    ///
    /// - Throws: `WatchmanError` (`invalid`) if they typed something else or nobody can be asked.
    static func ask(_ warning: String, expecting word: String, yes: Bool) throws {
        if yes { return }
        guard Terminal.isInteractive else {
            throw WatchmanError(.invalid, "this needs a confirmation and nobody can be asked: add --yes")
        }
        Terminal.say(warning)
        guard Terminal.ask("Type \(word) to go on: ") == word else {
            throw WatchmanError(.invalid, "not confirmed: nothing was done")
        }
    }
}
