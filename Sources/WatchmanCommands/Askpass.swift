import Foundation
import Glibc
import WatchmanCore
import WatchmanSystem

/// Answers ssh's questions for root's password (SSH_ASKPASS): ssh starts this program, and a variable says where the passwords are.
public enum Askpass {
    /// The variable; its value is a path and no secret.
    static let variable = "WATCHMAN_ASKPASS"
    /// Seconds that a login may take (sshd's LoginGraceTime).
    private static let patience: Int32 = 120

    private static let refused = """
        watchman: the device's sshd refused root's password: its PermitRootLogin may be prohibit-password; \
        `watchman connect` without --password does not need it

        """
    private static let notAsked = """
        watchman: the device's sshd did not ask for a password: it takes root's only with PasswordAuthentication yes and \
        PermitRootLogin yes

        """

    /// Answers and ends the process, if it is ssh that started it.
    public static func answerIfAsked() {
        guard let file = Context.live.environment[Self.variable], CommandLine.arguments.count == 2,
            CommandLine.arguments[1].utf8.suffix(11).elementsEqual(" password: ".utf8)
        else { return }
        guard let password = try? Self.take(from: file) else {
            FileHandle.standardError.write(Data(Self.refused.utf8))
            Foundation.exit(1)
        }
        Terminal.data(password.revealed)
        Foundation.exit(0)
    }

    /// Lays passwords ready for the questions of the program that this process is about to become. What is not asked for is removed
    /// when that program ends.
    static func lay(_ passwords: [Secret], in folder: String) throws -> String {
        try WholeFile.makeFolder(folder, mode: 0o700)
        let file = "\(folder)/askpass-\(RandomText.identifier(10))"
        try Self.write(passwords.map(\.revealed)[...], file)
        try Execution.removeAfterwards(file, within: Self.patience, orSay: Self.notAsked)
        return file
    }

    /// The first password that is left, or nil; the last one takes the file along.
    static func take(from file: String) throws -> Secret? {
        guard let data = try WholeFile.read(file) else { return nil }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
        if lines.count > 1 { try Self.write(lines.dropFirst(), file) } else { unlink(file) }
        return lines.first.map { Secret($0) }
    }

    private static func write(_ lines: ArraySlice<String>, _ file: String) throws {
        try WholeFile.write(lines.map { "\($0)\n" }.joined(), to: file, mode: 0o600)
    }
}
