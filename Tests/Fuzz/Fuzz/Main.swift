import CFuzzer
import Foundation

/// Feeds the parsers of outside text with what libFuzzer finds: `watchman-fuzz TARGET [libFuzzer's options and corpus folders]`.
@main enum Main {
    static func main() {
        guard CommandLine.arguments.count > 1, let target = Target(rawValue: CommandLine.arguments[1]) else {
            print(Target.allCases.map(\.rawValue).joined(separator: "\n"))
            exit(CommandLine.arguments.count > 1 ? 64 : 0)
        }
        Self.target = target
        // libFuzzer reads the arguments as C has them, without our own.
        var arguments = CommandLine.unsafeArgv.advanced(by: 1)
        var count = CommandLine.argc - 1
        withUnsafeMutablePointer(to: &arguments) { pointer in
            pointer.withMemoryRebound(to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?.self, capacity: 1) {
                _ = LLVMFuzzerRunDriver(&count, $0) { data, size in
                    Main.target.parse(Array(UnsafeBufferPointer(start: data, count: size)))
                    return 0
                }
            }
        }
    }

    /// Set once, before the one thread that fuzzes begins.
    private nonisolated(unsafe) static var target = Target.token
}
