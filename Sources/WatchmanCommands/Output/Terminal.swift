import Foundation
import Glibc
import WatchmanCore

/// Standard output for data, standard error for talk.
enum Terminal {
    /// Prints a line of data.
    static func data(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

    /// Prints a line for people.
    static func say(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }

    /// Whether someone can answer questions.
    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Whether what is printed as data goes to someone's screen.
    static var showsData: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Asks a question on standard error and reads the answer.
    static func ask(_ question: String) -> String? {
        FileHandle.standardError.write(Data(question.utf8))
        return readLine(strippingNewline: true)
    }

    /// Reads a secret: from a file, from standard input, or typed without echo.
    ///
    /// - Throws: `WatchmanError` (`invalid`) if there is nothing.
    static func readSecret(_ what: String, file: String?) throws -> String {
        if let file {
            do {
                return String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)).prefix(4096), as: UTF8.self)
            } catch {
                throw WatchmanError(.invalid, "cannot read the \(what) from \(OutsideText.clean(file, limit: 200))")
            }
        }
        let text = isatty(STDIN_FILENO) == 1 ? Self.askSecret("\(what): ") : readLine(strippingNewline: true)
        guard let text, !text.isEmpty else { throw WatchmanError(.invalid, "no \(what) on standard input") }
        return text
    }

    private static func askSecret(_ question: String) -> String? {
        var old = termios()
        tcgetattr(STDIN_FILENO, &old)
        var silent = old
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &old)
            Terminal.say("")
        }
        return Self.ask(question)
    }
}
